//! A transaction seen through a lens: everything passes unchanged but what the lens changes.
//!
//! One lens watches what a run changes. The mutants have others: a store that lies in one way is how a harness looks
//! that has one rule less.

use amends_store::{
    AuditLogTx, AuditQuery, AuditRow, EngineBeat, EnginesTx, LedgerRow, LedgerTx, NewAuditRow, OrderQuery,
    OrderRow, OrdersTx, OutboxRow, OutboxTx, ProductRow, ProductsTx, ReservationRow, ReservationsTx,
    SagaLock, SagaQuery, SagaRow, SagaState, SagasTx, StoreError, StubRow, StubsTx, Tx,
};
use amends_types::{EngineId, RunName, SagaId, Timestamp};

/// What a lens may change. By default nothing.
pub(crate) trait Lens: Send {
    /// See [`SagasTx::saga`].
    ///
    /// # Errors
    /// As there; and so for all of these.
    fn saga(&mut self, tx: &mut dyn Tx, id: &SagaId, lock: SagaLock) -> Result<Option<SagaRow>, StoreError> {
        tx.saga(id, lock)
    }

    /// See [`SagasTx::insert_saga`].
    ///
    /// # Errors
    /// As there.
    fn insert_saga(&mut self, tx: &mut dyn Tx, row: &SagaRow) -> Result<(), StoreError> {
        tx.insert_saga(row)
    }

    /// See [`SagasTx::update_saga`].
    ///
    /// # Errors
    /// As there.
    fn update_saga(&mut self, tx: &mut dyn Tx, row: &SagaRow) -> Result<(), StoreError> {
        tx.update_saga(row)
    }

    /// See [`SagasTx::sagas`].
    ///
    /// # Errors
    /// As there.
    fn sagas(&mut self, tx: &mut dyn Tx, query: &SagaQuery) -> Result<Vec<SagaRow>, StoreError> {
        tx.sagas(query)
    }

    /// See [`LedgerTx::ledger_row`].
    ///
    /// # Errors
    /// As there.
    fn ledger_row(
        &mut self,
        tx: &mut dyn Tx,
        saga: &SagaId,
        step: &str,
    ) -> Result<Option<LedgerRow>, StoreError> {
        tx.ledger_row(saga, step)
    }

    /// See [`LedgerTx::ledger_rows`].
    ///
    /// # Errors
    /// As there.
    fn ledger_rows(&mut self, tx: &mut dyn Tx, saga: &SagaId) -> Result<Vec<LedgerRow>, StoreError> {
        tx.ledger_rows(saga)
    }

    /// See [`LedgerTx::put_ledger_row`].
    ///
    /// # Errors
    /// As there.
    fn put_ledger_row(&mut self, tx: &mut dyn Tx, row: &LedgerRow) -> Result<(), StoreError> {
        tx.put_ledger_row(row)
    }

    /// See [`LedgerTx::owed_rows`].
    ///
    /// # Errors
    /// As there.
    fn owed_rows(
        &mut self,
        tx: &mut dyn Tx,
        after: Option<(&SagaId, u32)>,
        limit: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        tx.owed_rows(after, limit)
    }

    /// See [`OutboxTx::claim_outbox`].
    ///
    /// # Errors
    /// As there.
    fn claim_outbox(
        &mut self,
        tx: &mut dyn Tx,
        engine: Option<EngineId>,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        tx.claim_outbox(engine, until, limit)
    }

    /// See [`AuditLogTx::append_audit`].
    ///
    /// # Errors
    /// As there.
    fn append_audit(&mut self, tx: &mut dyn Tx, row: &NewAuditRow) -> Result<u64, StoreError> {
        tx.append_audit(row)
    }

    /// See [`ProductsTx::take_stock`].
    ///
    /// # Errors
    /// As there.
    fn take_stock(&mut self, tx: &mut dyn Tx, sku: &str, quantity: u64) -> Result<bool, StoreError> {
        tx.take_stock(sku, quantity)
    }
}

/// A transaction seen through a lens.
pub(crate) struct Through<'a> {
    tx: &'a mut dyn Tx,
    lens: &'a mut dyn Lens,
}

impl<'a> Through<'a> {
    /// `tx`, seen through `lens`.
    pub(crate) fn new(tx: &'a mut dyn Tx, lens: &'a mut dyn Lens) -> Self {
        Self { tx, lens }
    }
}

impl Tx for Through<'_> {
    fn now(&self) -> Timestamp {
        self.tx.now()
    }
}

impl SagasTx for Through<'_> {
    fn saga(&mut self, id: &SagaId, lock: SagaLock) -> Result<Option<SagaRow>, StoreError> {
        self.lens.saga(self.tx, id, lock)
    }
    fn insert_saga(&mut self, row: &SagaRow) -> Result<(), StoreError> {
        self.lens.insert_saga(self.tx, row)
    }
    fn update_saga(&mut self, row: &SagaRow) -> Result<(), StoreError> {
        self.lens.update_saga(self.tx, row)
    }
    fn sagas(&mut self, query: &SagaQuery) -> Result<Vec<SagaRow>, StoreError> {
        self.lens.sagas(self.tx, query)
    }
}

impl LedgerTx for Through<'_> {
    fn ledger_row(&mut self, saga: &SagaId, step: &str) -> Result<Option<LedgerRow>, StoreError> {
        self.lens.ledger_row(self.tx, saga, step)
    }
    fn ledger_rows(&mut self, saga: &SagaId) -> Result<Vec<LedgerRow>, StoreError> {
        self.lens.ledger_rows(self.tx, saga)
    }
    fn put_ledger_row(&mut self, row: &LedgerRow) -> Result<(), StoreError> {
        self.lens.put_ledger_row(self.tx, row)
    }
    fn owed_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        limit: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        self.lens.owed_rows(self.tx, after, limit)
    }
    fn leased_rows(&mut self, limit: usize) -> Result<Vec<LedgerRow>, StoreError> {
        self.tx.leased_rows(limit)
    }
    fn parked_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        limit: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        self.tx.parked_rows(after, limit)
    }
}

impl OrdersTx for Through<'_> {
    fn order(&mut self, id: &SagaId) -> Result<Option<OrderRow>, StoreError> {
        self.tx.order(id)
    }
    fn insert_order(&mut self, row: &OrderRow) -> Result<(), StoreError> {
        self.tx.insert_order(row)
    }
    fn update_order(&mut self, row: &OrderRow) -> Result<(), StoreError> {
        self.tx.update_order(row)
    }
    fn order_by_key(&mut self, key: &str) -> Result<Option<OrderRow>, StoreError> {
        self.tx.order_by_key(key)
    }
    fn order_page(&mut self, query: &OrderQuery) -> Result<Vec<(OrderRow, SagaState)>, StoreError> {
        self.tx.order_page(query)
    }
    fn erase_order(&mut self, id: &SagaId, customer: &str, at: Timestamp) -> Result<(), StoreError> {
        self.tx.erase_order(id, customer, at)
    }
    fn orders_without_saga(&mut self, limit: usize) -> Result<Vec<SagaId>, StoreError> {
        self.tx.orders_without_saga(limit)
    }
}

impl OutboxTx for Through<'_> {
    fn insert_outbox(&mut self, row: &OutboxRow) -> Result<(), StoreError> {
        self.tx.insert_outbox(row)
    }
    fn delete_outbox(&mut self, machine: &str, run: &RunName) -> Result<(), StoreError> {
        self.tx.delete_outbox(machine, run)
    }
    fn claim_outbox(
        &mut self,
        engine: Option<EngineId>,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        self.lens.claim_outbox(self.tx, engine, until, limit)
    }
    fn release_outbox(&mut self, engine: Option<EngineId>) -> Result<(), StoreError> {
        self.tx.release_outbox(engine)
    }
    fn outbox(&mut self, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        self.tx.outbox(limit)
    }
}

impl ProductsTx for Through<'_> {
    fn product(&mut self, sku: &str) -> Result<Option<ProductRow>, StoreError> {
        self.tx.product(sku)
    }
    fn insert_product(&mut self, row: &ProductRow) -> Result<bool, StoreError> {
        self.tx.insert_product(row)
    }
    fn take_stock(&mut self, sku: &str, quantity: u64) -> Result<bool, StoreError> {
        self.lens.take_stock(self.tx, sku, quantity)
    }
    fn return_stock(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError> {
        self.tx.return_stock(sku, quantity)
    }
    fn count_pruned(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError> {
        self.tx.count_pruned(sku, quantity)
    }
    fn products(&mut self, after: Option<&str>, limit: usize) -> Result<Vec<ProductRow>, StoreError> {
        self.tx.products(after, limit)
    }
}

impl ReservationsTx for Through<'_> {
    fn reservations(&mut self, saga: &SagaId) -> Result<Vec<ReservationRow>, StoreError> {
        self.tx.reservations(saga)
    }
    fn insert_reservation(&mut self, row: &ReservationRow) -> Result<(), StoreError> {
        self.tx.insert_reservation(row)
    }
    fn release_reservations(&mut self, saga: &SagaId) -> Result<(), StoreError> {
        self.tx.release_reservations(saga)
    }
    fn held_stock(&mut self, sku: &str) -> Result<(u64, u64), StoreError> {
        self.tx.held_stock(sku)
    }
}

impl AuditLogTx for Through<'_> {
    fn append_audit(&mut self, row: &NewAuditRow) -> Result<u64, StoreError> {
        self.lens.append_audit(self.tx, row)
    }
    fn audit_log(&mut self, query: &AuditQuery) -> Result<Vec<AuditRow>, StoreError> {
        self.tx.audit_log(query)
    }
}

impl EnginesTx for Through<'_> {
    fn beat(&mut self, engine: EngineId) -> Result<u64, StoreError> {
        self.tx.beat(engine)
    }
    fn engine_beats(&mut self) -> Result<Vec<EngineBeat>, StoreError> {
        self.tx.engine_beats()
    }
}

impl StubsTx for Through<'_> {
    fn stub(&mut self, id: &SagaId) -> Result<Option<StubRow>, StoreError> {
        self.tx.stub(id)
    }
    fn replace_by_stub(&mut self, stub: &StubRow) -> Result<(), StoreError> {
        self.tx.replace_by_stub(stub)
    }
    fn ended_before(
        &mut self,
        time: Timestamp,
        after: Option<&SagaId>,
        limit: usize,
    ) -> Result<Vec<SagaId>, StoreError> {
        self.tx.ended_before(time, after, limit)
    }
}
