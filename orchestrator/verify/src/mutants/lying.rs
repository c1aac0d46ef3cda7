//! A store that lies: each transaction is seen through a lens that knows who asks, and in which transaction.
//!
//! The first look at the saga row tells the protocol's transactions apart: an execute begins under a shared lock and
//! records under an exclusive one, a compensate the other way round.

mod view;

use std::sync::{Arc, Mutex, PoisonError};

use amends_store::{
    Access, LedgerRow, NewAuditRow, OutboxRow, SagaLock, SagaQuery, SagaRow, Store, StoreError, Tx, Work,
};
use amends_types::{BoxFuture, Clock, DeploymentId, EngineId, SagaId, Timestamp};

use self::view::Memory;
pub(in crate::mutants) use self::view::{View, as_if_forward};
use crate::explore::{Happened, Moment, World};
use crate::lens::{Lens, Through};

/// What a store says instead of the truth. Each is given what there is, and answers what is told or kept.
#[derive(Clone, Copy)]
pub(in crate::mutants) struct Lie {
    /// A saga row that is read.
    pub(in crate::mutants) saga: fn(&View, SagaRow) -> SagaRow,
    /// A saga row that is changed; none is not kept.
    pub(in crate::mutants) update: fn(&View, SagaRow) -> Option<SagaRow>,
    /// The saga rows of a page.
    pub(in crate::mutants) sagas: fn(&View, Vec<SagaRow>) -> Vec<SagaRow>,
    /// A ledger row that is read to be changed.
    pub(in crate::mutants) row: fn(&View, Option<LedgerRow>) -> Option<LedgerRow>,
    /// The ledger rows of a saga.
    pub(in crate::mutants) rows: fn(&View, Vec<LedgerRow>) -> Vec<LedgerRow>,
    /// A ledger row that is written; none is not kept.
    pub(in crate::mutants) put: fn(&View, LedgerRow) -> Option<LedgerRow>,
    /// What is owed.
    pub(in crate::mutants) owed: fn(&View, Vec<LedgerRow>) -> Vec<LedgerRow>,
    /// The deployment, by the number of the process's lives.
    pub(in crate::mutants) deployment: fn(DeploymentId, u128) -> DeploymentId,
    /// Until when rows of the outbox are claimed, by now and until when they should be.
    pub(in crate::mutants) claim: fn(Timestamp, Timestamp) -> Timestamp,
    /// A record of the audit log; none is not kept.
    pub(in crate::mutants) record: fn(&View, NewAuditRow) -> Option<NewAuditRow>,
    /// Whether stock could be taken.
    pub(in crate::mutants) taken: fn(bool) -> bool,
    /// What becomes of a transaction that failed.
    pub(in crate::mutants) failed: Failed,
    /// What becomes of the ledger row of a step whose effect is in our own database.
    pub(in crate::mutants) local: Local,
}

/// What becomes of a transaction that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mutants) enum Failed {
    /// It never was.
    RolledBack,
    /// What it did before it came to the ledger is kept.
    HalfKept,
}

/// What becomes of the ledger row of a step whose effect is in our own database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mutants) enum Local {
    /// It is written in the transaction of the effect.
    AtOnce,
    /// It is written in a transaction of its own, afterwards.
    Afterwards,
}

impl Lie {
    /// The truth.
    pub(in crate::mutants) const NONE: Self = Self {
        saga: |_, saga| saga,
        update: |_, saga| Some(saga),
        sagas: |_, sagas| sagas,
        row: |_, row| row,
        rows: |_, rows| rows,
        put: |_, row| Some(row),
        owed: |_, rows| rows,
        deployment: |id, _| id,
        claim: |_, until| until,
        record: |_, row| Some(row),
        taken: |taken| taken,
        failed: Failed::RolledBack,
        local: Local::AtOnce,
    };

    /// A store that tells this lie.
    pub(in crate::mutants) fn before(self, inner: Arc<dyn Store>, world: &Arc<World>) -> Arc<dyn Store> {
        Arc::new(Lying { lie: self, inner, world: world.clone(), memory: Arc::default() })
    }
}

struct Lying {
    lie: Lie,
    inner: Arc<dyn Store>,
    world: Arc<World>,
    memory: Arc<Mutex<Memory>>,
}

impl Lying {
    fn view(&self) -> View {
        let actor = self.world.current.get();
        let task = actor.as_ref().and_then(|actor| actor.task.clone());
        let now = self.world.clock.now();
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        View {
            actor: actor.map_or_else(|| "process".into(), |actor| actor.name.clone()),
            op: task.as_ref().map(|task| task.op),
            first: None,
            saga: None,
            repairing: false,
            asked_in_a_repair: self.world.is_repairing(),
            late: self.world.is_over(),
            asked: self.world.clock.monotonic(),
            now,
            workers_now: now,
            stale_sagas: memory.sagas.clone(),
            stale_rows: memory.rows.clone(),
            memory: self.memory.clone(),
            world: self.world.clone(),
        }
    }

    async fn run_lied(&self, access: Access, work: Work) -> Result<(), StoreError> {
        let (view, lie) = (self.view(), self.lie);
        let work = Arc::new(Mutex::new(work));
        let later = Arc::new(Mutex::new(Vec::new()));
        let (first, put_off) = (work.clone(), later.clone());
        let lied = see(
            lie,
            view.clone(),
            move |tx| {
                let mut lens_work = first.lock().unwrap_or_else(PoisonError::into_inner);
                lens_work(tx)
            },
            put_off,
        );
        let outcome = self.inner.run(access, lied).await;
        if outcome.is_err() && access == Access::Write && lie.failed == Failed::HalfKept {
            self.keep_half(work).await?;
        }
        let later = std::mem::take(&mut *later.lock().unwrap_or_else(PoisonError::into_inner));
        if outcome.is_ok() && !later.is_empty() {
            self.inner.run(Access::Write, put_all(later)).await?;
        }
        outcome
    }

    /// Commits what the work does but for the ledger.
    async fn keep_half(&self, work: Arc<Mutex<Work>>) -> Result<(), StoreError> {
        let half = move |tx: &mut dyn Tx| {
            let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
            // That it fails again does not matter: what it did before is kept.
            drop(work(&mut Through::new(tx, &mut WithoutLedger)));
            Ok(())
        };
        self.inner.run(Access::Write, Box::new(half)).await
    }
}

type Later = Arc<Mutex<Vec<LedgerRow>>>;

/// The work, seen through the lens.
fn see(
    lie: Lie,
    view: View,
    mut work: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static,
    put_off: Later,
) -> Work {
    Box::new(move |tx| {
        let view = View { first: None, saga: None, now: tx.now(), ..view.clone() };
        let mut lens = Liar { lie, view, later: Vec::new() };
        work(&mut Through::new(tx, &mut lens))?;
        *put_off.lock().unwrap_or_else(PoisonError::into_inner) = lens.later;
        Ok(())
    })
}

fn put_all(rows: Vec<LedgerRow>) -> Work {
    Box::new(move |tx| rows.iter().try_for_each(|row| tx.put_ledger_row(row)))
}

impl Store for Lying {
    fn deployment(&self) -> DeploymentId {
        let is_start = |moment: &&Moment| matches!(moment.what, Happened::ProcessStarted);
        let lives = self.world.with_trace(|trace| trace.moments.iter().filter(is_start).count());
        (self.lie.deployment)(self.inner.deployment(), lives as u128)
    }

    fn commit_sequence(&self) -> u64 {
        self.inner.commit_sequence()
    }

    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.run_lied(access, work))
    }
}

/// Keeps everything but ledger rows.
struct WithoutLedger;

impl Lens for WithoutLedger {
    fn put_ledger_row(&mut self, _: &mut dyn Tx, _: &LedgerRow) -> Result<(), StoreError> {
        Err(StoreError::Unavailable("the ledger is another store".into()))
    }
}

struct Liar {
    lie: Lie,
    view: View,
    /// What is written in a transaction of its own.
    later: Vec<LedgerRow>,
}

impl Liar {
    fn remember(&self, saga: &SagaRow) {
        self.view.memory().sagas.insert(saga.id.clone(), saga.clone());
    }
}

impl Lens for Liar {
    fn saga(&mut self, tx: &mut dyn Tx, id: &SagaId, lock: SagaLock) -> Result<Option<SagaRow>, StoreError> {
        self.view.first.get_or_insert(lock);
        let saga = tx.saga(id, lock)?;
        self.view.saga = saga.as_ref().map(|saga| saga.state);
        self.view.repairing = saga.as_ref().is_some_and(|saga| saga.repairing);
        Ok(saga.map(|saga| (self.lie.saga)(&self.view, saga)))
    }

    fn insert_saga(&mut self, tx: &mut dyn Tx, row: &SagaRow) -> Result<(), StoreError> {
        self.remember(row);
        tx.insert_saga(row)
    }

    fn update_saga(&mut self, tx: &mut dyn Tx, row: &SagaRow) -> Result<(), StoreError> {
        let Some(row) = (self.lie.update)(&self.view, row.clone()) else { return Ok(()) };
        self.remember(&row);
        tx.update_saga(&row)
    }

    fn sagas(&mut self, tx: &mut dyn Tx, query: &SagaQuery) -> Result<Vec<SagaRow>, StoreError> {
        Ok((self.lie.sagas)(&self.view, tx.sagas(query)?))
    }

    fn ledger_row(
        &mut self,
        tx: &mut dyn Tx,
        saga: &SagaId,
        step: &str,
    ) -> Result<Option<LedgerRow>, StoreError> {
        Ok((self.lie.row)(&self.view, tx.ledger_row(saga, step)?))
    }

    fn ledger_rows(&mut self, tx: &mut dyn Tx, saga: &SagaId) -> Result<Vec<LedgerRow>, StoreError> {
        Ok((self.lie.rows)(&self.view, tx.ledger_rows(saga)?))
    }

    fn put_ledger_row(&mut self, tx: &mut dyn Tx, row: &LedgerRow) -> Result<(), StoreError> {
        if let Some(lease) = row.lease {
            self.view.memory().leases.insert(self.view.actor.clone(), lease);
        }
        self.view.memory().rows.insert((row.saga.clone(), row.step.clone()), row.clone());
        let Some(row) = (self.lie.put)(&self.view, row.clone()) else { return Ok(()) };
        // Only what happens in our own database is done in the transaction that begins it.
        if self.lie.local == Local::Afterwards && self.view.execute_begins() && row.output.is_some() {
            self.later.push(row);
            return Ok(());
        }
        tx.put_ledger_row(&row)
    }

    fn owed_rows(
        &mut self,
        tx: &mut dyn Tx,
        after: Option<(&SagaId, u32)>,
        limit: usize,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        Ok((self.lie.owed)(&self.view, tx.owed_rows(after, limit)?))
    }

    fn claim_outbox(
        &mut self,
        tx: &mut dyn Tx,
        engine: Option<EngineId>,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let until = (self.lie.claim)(tx.now(), until);
        tx.claim_outbox(engine, until, limit)
    }

    fn append_audit(&mut self, tx: &mut dyn Tx, row: &NewAuditRow) -> Result<u64, StoreError> {
        (self.lie.record)(&self.view, row.clone()).map_or(Ok(0), |row| tx.append_audit(&row))
    }

    fn take_stock(&mut self, tx: &mut dyn Tx, sku: &str, quantity: u64) -> Result<bool, StoreError> {
        Ok((self.lie.taken)(tx.take_stock(sku, quantity)?))
    }
}
