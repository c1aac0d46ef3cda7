//! All tables of the memory store.

use amends_types::{EngineId, RunName, SagaId};

use super::table::Table;
use crate::{AuditRow, LedgerRow, OrderRow, OutboxRow, ProductRow, ReservationRow, SagaRow, StubRow};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) sagas: Table<SagaId, SagaRow>,
    /// By saga and step. Not by place: another version of the saga may have another step there.
    pub(super) ledger: Table<(SagaId, String), LedgerRow>,
    pub(super) orders: Table<SagaId, OrderRow>,
    pub(super) outbox: Table<(String, RunName), OutboxRow>,
    pub(super) products: Table<String, ProductRow>,
    pub(super) reservations: Table<(SagaId, String), ReservationRow>,
    pub(super) audit_log: Table<u64, AuditRow>,
    pub(super) engines: Table<EngineId, u64>,
    pub(super) stubs: Table<SagaId, StubRow>,
}

impl Tables {
    /// Keeps the changes of the open transaction; says whether there were any.
    pub(super) fn commit(&mut self) -> bool {
        // No short-circuit: every table must forget what it replaced.
        self.sagas.commit()
            | self.ledger.commit()
            | self.orders.commit()
            | self.outbox.commit()
            | self.products.commit()
            | self.reservations.commit()
            | self.audit_log.commit()
            | self.engines.commit()
            | self.stubs.commit()
    }

    pub(super) fn roll_back(&mut self) {
        self.sagas.roll_back();
        self.ledger.roll_back();
        self.orders.roll_back();
        self.outbox.roll_back();
        self.products.roll_back();
        self.reservations.roll_back();
        self.audit_log.roll_back();
        self.engines.roll_back();
        self.stubs.roll_back();
    }
}
