//! What a liar knows: who asks, in which transaction, and how everything stood when that was asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amends_saga::Op;
use amends_store::{Lease, LedgerRow, SagaLock, SagaRow, SagaState};
use amends_types::{Clock, SagaId, Timestamp};

use crate::explore::World;

/// What the liar remembers in one life of the process.
#[derive(Default)]
pub(super) struct Memory {
    /// The last lease of each actor.
    pub(super) leases: HashMap<Arc<str>, Lease>,
    /// The saga rows that were committed last.
    pub(super) sagas: HashMap<SagaId, SagaRow>,
    /// The ledger rows that were committed last.
    pub(super) rows: HashMap<(SagaId, String), LedgerRow>,
}

/// Who asks, in which transaction.
#[derive(Clone)]
pub(in crate::mutants) struct View {
    /// `charge.execute.1`, `relay.1`.
    pub(in crate::mutants) actor: Arc<str>,
    /// What an attempt is asked to do; none for the coordinator.
    pub(in crate::mutants) op: Option<Op>,
    /// How this transaction first looked at the saga row.
    pub(in crate::mutants) first: Option<SagaLock>,
    /// Where the saga stood when this transaction looked.
    pub(in crate::mutants) saga: Option<SagaState>,
    /// Whether the saga was being repaired when this transaction looked.
    pub(in crate::mutants) repairing: bool,
    /// Whether a repair had begun when the transaction was asked for.
    pub(in crate::mutants) asked_in_a_repair: bool,
    /// Whether everything was over when the transaction was asked for.
    pub(super) late: bool,
    /// When that was.
    pub(super) asked: Duration,
    /// The store's time.
    pub(in crate::mutants) now: Timestamp,
    /// The workers' time when the transaction was asked for.
    pub(super) workers_now: Timestamp,
    /// The saga rows then.
    pub(super) stale_sagas: HashMap<SagaId, SagaRow>,
    /// The ledger rows then.
    pub(super) stale_rows: HashMap<(SagaId, String), LedgerRow>,
    pub(super) memory: Arc<Mutex<Memory>>,
    pub(super) world: Arc<World>,
}

impl View {
    /// An execute begins, or records why a step of our own database failed.
    pub(in crate::mutants) fn execute_begins(&self) -> bool {
        self.op == Some(Op::Execute) && self.first == Some(SagaLock::Share)
    }

    /// An execute records what came of it.
    pub(in crate::mutants) fn execute_records(&self) -> bool {
        self.op == Some(Op::Execute) && self.first == Some(SagaLock::Update)
    }

    /// A compensate begins.
    pub(in crate::mutants) fn undo_begins(&self) -> bool {
        self.op == Some(Op::Compensate) && self.first == Some(SagaLock::Update)
    }

    /// A compensate records what came of it.
    pub(in crate::mutants) fn undo_records(&self) -> bool {
        self.op == Some(Op::Compensate) && self.first == Some(SagaLock::Share)
    }

    /// An execute that was delivered when everything was over.
    pub(in crate::mutants) fn is_late(&self) -> bool {
        self.late && self.execute_begins()
    }

    /// How far the workers' clock is ahead of the store's. A store's time goes on a little with each commit: that is no
    /// skew.
    pub(in crate::mutants) fn skew_micros(&self) -> i64 {
        (self.workers_now.as_micros() - self.now.as_micros()) / 1_000_000 * 1_000_000
    }

    /// Whether the actor's name begins so.
    pub(in crate::mutants) fn is(&self, actor: &str) -> bool {
        self.actor.starts_with(actor)
    }

    /// The last lease that this actor took.
    pub(in crate::mutants) fn own_lease(&self) -> Option<Lease> {
        self.memory().leases.get(&self.actor).copied()
    }

    /// The saga row as it was when the transaction was asked for.
    pub(in crate::mutants) fn stale(&self, saga: SagaRow) -> SagaRow {
        self.stale_sagas.get(&saga.id).cloned().unwrap_or(saga)
    }

    /// The ledger row as it was when the transaction was asked for, if it was written in this life of the process.
    pub(in crate::mutants) fn stale_row(&self, row: LedgerRow) -> Option<LedgerRow> {
        let place = (row.saga.clone(), row.step.clone());
        if self.memory().rows.contains_key(&place) { self.stale_rows.get(&place).cloned() } else { Some(row) }
    }

    /// How long ago the transaction was asked for.
    pub(in crate::mutants) fn waited(&self) -> Duration {
        self.world.clock.monotonic().saturating_sub(self.asked)
    }

    /// Whether everything is over by now.
    pub(in crate::mutants) fn is_over(&self) -> bool {
        self.world.is_over()
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same saga, going forward.
pub(in crate::mutants) fn as_if_forward(saga: SagaRow) -> SagaRow {
    SagaRow { state: SagaState::Forward, ..saga }
}
