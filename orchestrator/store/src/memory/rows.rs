//! The rows of each noun, in memory.

use std::ops::Bound;

use amends_types::{RunName, SagaId};

use super::MemoryTx;
use crate::{
    Access, LedgerRow, LedgerStatus, LedgerTx, OrderRow, OrdersTx, OutboxRow, OutboxTx, ProductRow,
    ProductsTx, ReservationRow, ReservationsTx, SagaLock, SagaQuery, SagaRow, SagaState, SagasTx, StoreError,
};

fn refuse(what: &str, name: &str, why: &str) -> StoreError {
    StoreError::Constraint(format!("{what} {name} {why}"))
}

impl MemoryTx<'_> {
    fn writing(&self) -> Result<(), StoreError> {
        match self.access {
            Access::Write => Ok(()),
            Access::Read => Err(StoreError::ReadOnly),
        }
    }
}

impl SagasTx for MemoryTx<'_> {
    fn saga(&mut self, id: &SagaId, _lock: SagaLock) -> Result<Option<SagaRow>, StoreError> {
        Ok(self.tables.sagas.rows().get(id).cloned())
    }

    fn insert_saga(&mut self, row: &SagaRow) -> Result<(), StoreError> {
        self.writing()?;
        if self.tables.sagas.rows().contains_key(&row.id) {
            return Err(refuse("saga", row.id.as_str(), "is there already"));
        }
        self.tables.sagas.put(row.id.clone(), row.clone());
        Ok(())
    }

    fn update_saga(&mut self, row: &SagaRow) -> Result<(), StoreError> {
        self.writing()?;
        if !self.tables.sagas.rows().contains_key(&row.id) {
            return Err(refuse("saga", row.id.as_str(), "is not there"));
        }
        self.tables.sagas.put(row.id.clone(), row.clone());
        Ok(())
    }

    fn sagas(&mut self, query: &SagaQuery) -> Result<Vec<SagaRow>, StoreError> {
        let from = query.after.clone().map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.tables.sagas.rows().range((from, Bound::Unbounded)).map(|(_, row)| row);
        let wanted = rows.filter(|row| {
            query.state.is_none_or(|state| row.state == state) && !(query.open && row.state.is_final())
        });
        Ok(wanted.take(query.limit).cloned().collect())
    }
}

impl LedgerTx for MemoryTx<'_> {
    fn ledger_row(&mut self, saga: &SagaId, step: &str) -> Result<Option<LedgerRow>, StoreError> {
        Ok(self.tables.ledger.rows().get(&(saga.clone(), step.to_owned())).cloned())
    }

    fn ledger_rows(&mut self, saga: &SagaId) -> Result<Vec<LedgerRow>, StoreError> {
        let from = self.tables.ledger.rows().range((saga.clone(), String::new())..);
        let rows = from.take_while(|((of, _), _)| of == saga).map(|(_, row)| row);
        Ok(in_order(rows, usize::MAX))
    }

    fn put_ledger_row(&mut self, row: &LedgerRow) -> Result<(), StoreError> {
        self.writing()?;
        self.tables.ledger.put((row.saga.clone(), row.step.clone()), row.clone());
        Ok(())
    }

    fn owed_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        limit: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        let now = self.now;
        let sagas = self.tables.sagas.rows();
        let owed = self.tables.ledger.rows().values().filter(|row| {
            row.best_effort
                && row.status == LedgerStatus::Started
                && row.lease.is_none_or(|lease| lease.until <= now)
                && after.is_none_or(|after| (&row.saga, row.position) > after)
                && sagas.get(&row.saga).is_some_and(|saga| saga.state == SagaState::Committed)
        });
        Ok(in_order(owed, limit))
    }

    fn leased_rows(&mut self, limit: usize) -> Result<Vec<LedgerRow>, StoreError> {
        let leased = self.tables.ledger.rows().values().filter(|row| row.lease.is_some());
        Ok(in_order(leased, limit))
    }
}

/// The first rows in the order of sagas, and of steps within one.
fn in_order<'a>(rows: impl Iterator<Item = &'a LedgerRow>, limit: usize) -> Vec<LedgerRow> {
    let mut rows: Vec<_> = rows.cloned().collect();
    rows.sort_by(|a, b| (&a.saga, a.position).cmp(&(&b.saga, b.position)));
    rows.truncate(limit);
    rows
}

impl OrdersTx for MemoryTx<'_> {
    fn order(&mut self, id: &SagaId) -> Result<Option<OrderRow>, StoreError> {
        Ok(self.tables.orders.rows().get(id).cloned())
    }

    fn insert_order(&mut self, row: &OrderRow) -> Result<(), StoreError> {
        self.writing()?;
        if self.tables.orders.rows().contains_key(&row.id) {
            return Err(refuse("order", row.id.as_str(), "is there already"));
        }
        self.tables.orders.put(row.id.clone(), row.clone());
        Ok(())
    }

    fn update_order(&mut self, row: &OrderRow) -> Result<(), StoreError> {
        self.writing()?;
        let Some(old) = self.tables.orders.rows().get(&row.id).cloned() else {
            return Err(refuse("order", row.id.as_str(), "is not there"));
        };
        let new = OrderRow { status: row.status, priced: row.priced.clone(), total: row.total, ..old };
        self.tables.orders.put(row.id.clone(), new);
        Ok(())
    }

    fn orders_without_saga(&mut self, limit: usize) -> Result<Vec<SagaId>, StoreError> {
        let sagas = self.tables.sagas.rows();
        let alone = self.tables.orders.rows().keys().filter(|id| !sagas.contains_key(*id));
        Ok(alone.take(limit).cloned().collect())
    }
}

impl OutboxTx for MemoryTx<'_> {
    fn insert_outbox(&mut self, row: &OutboxRow) -> Result<(), StoreError> {
        self.writing()?;
        let key = (row.machine.clone(), row.run.clone());
        if self.tables.outbox.rows().contains_key(&key) {
            return Err(refuse("outbox row", row.run.as_str(), "is there already"));
        }
        self.tables.outbox.put(key, row.clone());
        Ok(())
    }

    fn delete_outbox(&mut self, machine: &str, run: &RunName) -> Result<(), StoreError> {
        self.writing()?;
        self.tables.outbox.remove(&(machine.to_owned(), run.clone()));
        Ok(())
    }

    fn outbox(&mut self, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        let mut rows: Vec<_> = self.tables.outbox.rows().values().cloned().collect();
        rows.sort_by_key(|row| row.created);
        rows.truncate(limit);
        Ok(rows)
    }
}

impl ProductsTx for MemoryTx<'_> {
    fn product(&mut self, sku: &str) -> Result<Option<ProductRow>, StoreError> {
        Ok(self.tables.products.rows().get(sku).cloned())
    }

    fn insert_product(&mut self, row: &ProductRow) -> Result<bool, StoreError> {
        self.writing()?;
        row.check()?;
        if self.tables.products.rows().contains_key(&row.sku) {
            return Ok(false);
        }
        self.tables.products.put(row.sku.clone(), row.clone());
        Ok(true)
    }

    fn take_stock(&mut self, sku: &str, quantity: u64) -> Result<bool, StoreError> {
        self.writing()?;
        let Some(row) = self.tables.products.rows().get(sku) else {
            return Ok(false);
        };
        let Some(free) = row.free.checked_sub(quantity) else {
            return Ok(false);
        };
        let row = ProductRow { free, ..row.clone() };
        self.tables.products.put(sku.to_owned(), row);
        Ok(true)
    }

    fn return_stock(&mut self, sku: &str, quantity: u64) -> Result<(), StoreError> {
        self.writing()?;
        let row = self.tables.products.rows().get(sku).cloned();
        let returned = row.and_then(|row| {
            let free = row.free.checked_add(quantity).filter(|free| *free <= row.stocked)?;
            Some(ProductRow { free, ..row })
        });
        let row = returned.ok_or_else(|| refuse("product", sku, "never had so many in stock"))?;
        self.tables.products.put(sku.to_owned(), row);
        Ok(())
    }

    fn products(&mut self, after: Option<&str>, limit: usize) -> Result<Vec<ProductRow>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.tables.products.rows().range::<str, _>((from, Bound::Unbounded));
        Ok(rows.take(limit).map(|(_, row)| row.clone()).collect())
    }
}

impl ReservationsTx for MemoryTx<'_> {
    fn reservations(&mut self, saga: &SagaId) -> Result<Vec<ReservationRow>, StoreError> {
        let rows = self.tables.reservations.rows().range((saga.clone(), String::new())..);
        Ok(rows.take_while(|((of, _), _)| of == saga).map(|(_, row)| row.clone()).collect())
    }

    fn insert_reservation(&mut self, row: &ReservationRow) -> Result<(), StoreError> {
        self.writing()?;
        row.check()?;
        let key = (row.saga.clone(), row.sku.clone());
        if self.tables.reservations.rows().contains_key(&key) {
            return Err(refuse("reservation of", &row.sku, "is there already"));
        }
        self.tables.reservations.put(key, row.clone());
        Ok(())
    }

    fn release_reservations(&mut self, saga: &SagaId) -> Result<(), StoreError> {
        self.writing()?;
        for row in self.reservations(saga)? {
            let key = (row.saga.clone(), row.sku.clone());
            self.tables.reservations.put(key, ReservationRow { released: true, ..row });
        }
        Ok(())
    }

    fn held_stock(&mut self, sku: &str) -> Result<(u64, u64), StoreError> {
        let held = self.tables.reservations.rows().values().filter(|row| row.sku == sku && !row.released);
        Ok(held.fold((0, 0), |(reserved, sold), row| {
            let saga = self.tables.sagas.rows().get(&row.saga);
            match saga.is_some_and(|saga| saga.state == SagaState::Committed) {
                true => (reserved, sold + row.quantity),
                false => (reserved + row.quantity, sold),
            }
        }))
    }
}
