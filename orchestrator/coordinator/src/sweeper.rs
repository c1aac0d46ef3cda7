//! The sweeper: what no Catch can catch.
//!
//! An execution that was stopped, lost or ran out of time leaves a saga without a verdict. The sweeper makes sure that
//! such an execution has ended, takes the saga over, and starts the machine that only compensates. An execution that
//! is not there at all was never started, or is lost: starting it (again) goes on where the ledger says.
//!
//! Sagas of another engine are that engine's: see [`adopt`](crate::adopt) for those of an engine that is lost.

use amends_store::{OutboxRow, SagaLock, SagaQuery, SagaRow, Store, StoreError, Tx};
use amends_types::{Clock, SagaId, Timestamp};

use crate::execution::start_of;
use crate::owed::answer_of;
use crate::relay::{RelayError, start};
use crate::{Execution, ExecutionStatus, SagaKind, SagaWorker, StepFunctions, execution_of};

/// How many sagas are read at once.
const BATCH: usize = 500;
/// After so many unwinds the sweeper settles instead of starting another.
const MOST_UNWINDS: u32 = 3;

/// What one pass came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Executions that were started: of the unwind machine, or one whose own start was never answered.
    pub started: Vec<Execution>,
    /// Executions that still run, within their time.
    pub running: Vec<Execution>,
    /// Sagas that a person must look at, each with the reason.
    pub alarms: Vec<(SagaId, String)>,
}

/// Looks at every saga without a verdict, once. One that cannot be helped is an alarm and does not stop the others.
///
/// # Errors
/// When the store or Step Functions fails; what was begun before stays begun.
pub async fn sweep(
    store: &dyn Store,
    functions: &dyn StepFunctions,
    worker: &dyn SagaWorker,
    clock: &dyn Clock,
    kind: &SagaKind,
) -> Result<Swept, RelayError> {
    let sweeper = Sweeper { store, functions, worker, clock, kind };
    let mut swept = Swept::default();
    let mut query = SagaQuery { open: true, limit: BATCH, ..SagaQuery::default() };
    loop {
        let page = query.clone();
        let (now, rows) = store.query(move |tx| Ok::<_, StoreError>((tx.now(), tx.sagas(&page)?))).await?;
        let Some(last) = rows.last() else { return Ok(swept) };
        query.after = Some(last.id.clone());
        for saga in &rows {
            sweeper.look_at(saga, now, &mut swept).await?;
        }
    }
}

/// As [`sweep`], for one saga: whoever hears that its execution has ended need not wait for the next pass.
///
/// # Errors
/// As [`sweep`].
pub async fn sweep_one(
    store: &dyn Store,
    functions: &dyn StepFunctions,
    worker: &dyn SagaWorker,
    clock: &dyn Clock,
    kind: &SagaKind,
    id: &SagaId,
) -> Result<Swept, RelayError> {
    let sweeper = Sweeper { store, functions, worker, clock, kind };
    let mut swept = Swept::default();
    let wanted = id.clone();
    let (now, saga) =
        store.query(move |tx| Ok::<_, StoreError>((tx.now(), tx.saga(&wanted, SagaLock::None)?))).await?;
    if let Some(saga) = saga.filter(|saga| saga.is_open() && !saga.is_frozen()) {
        sweeper.look_at(&saga, now, &mut swept).await?;
    }
    Ok(swept)
}

struct Sweeper<'a> {
    store: &'a dyn Store,
    functions: &'a dyn StepFunctions,
    worker: &'a dyn SagaWorker,
    clock: &'a dyn Clock,
    kind: &'a SagaKind,
}

impl Sweeper<'_> {
    /// Looks at a saga, if it is ours. What can only be helped by a person is an alarm.
    async fn look_at(&self, saga: &SagaRow, now: Timestamp, swept: &mut Swept) -> Result<(), RelayError> {
        if saga.saga != self.kind.name || saga.engine != self.functions.engine_id() {
            return Ok(());
        }
        match self.help(saga, now, swept).await {
            Err(RelayError::StepFunctions(error)) if error.is_final() => {
                swept.alarms.push((saga.id.clone(), error.to_string()));
                Ok(())
            }
            helped => helped,
        }
    }

    async fn help(&self, saga: &SagaRow, now: Timestamp, swept: &mut Swept) -> Result<(), RelayError> {
        let execution = execution_of(saga, self.kind);
        match self.functions.describe(&execution).await? {
            Some(ExecutionStatus::Running) if now <= saga.deadline => {
                swept.running.push(execution);
                return Ok(());
            }
            // Invariant: the former execution has ended before another takes over.
            Some(ExecutionStatus::Running) => {
                self.functions.stop(&execution, "past the saga's deadline; the sweeper unwinds it").await?;
                self.functions.wait_for_end(&execution).await?;
            }
            Some(ExecutionStatus::Ended) => {}
            None => return self.start_as(start_again, saga, execution, swept).await,
        }
        if saga.unwinds < MOST_UNWINDS {
            return self.start_as(take_over, saga, execution, swept).await;
        }
        let settled = self.worker.settle(&saga.id, &execution.run);
        if let Err(reason) = answer_of(self.clock, settled).await {
            swept.alarms.push((saga.id.clone(), reason));
        }
        Ok(())
    }

    /// Starts what `decide` makes of the saga row, unless somebody else was faster.
    async fn start_as(
        &self,
        decide: fn(&mut dyn Tx, SagaRow, &SagaKind) -> Result<OutboxRow, StoreError>,
        saga: &SagaRow,
        seen: Execution,
        swept: &mut Swept,
    ) -> Result<(), RelayError> {
        let (id, kind) = (saga.id.clone(), self.kind.clone());
        let row = self.store.transact(move |tx| {
            let saga = tx.saga(&id, SagaLock::Update)?;
            let saga = saga.filter(|saga| saga.is_open() && execution_of(saga, &kind) == seen);
            saga.map(|saga| decide(tx, saga, &kind)).transpose()
        });
        if let Some(row) = row.await? {
            swept.started.push(start(self.store, self.functions, &row).await?);
        }
        Ok(())
    }
}

/// Names the next unwind as the saga's unwinder.
fn take_over(tx: &mut dyn Tx, mut saga: SagaRow, kind: &SagaKind) -> Result<OutboxRow, StoreError> {
    saga.begin_unwinding(Some("its execution ended without a verdict".into()), tx.now());
    begin_unwind(tx, saga, kind)
}

/// Allocates the next execution of the unwind machine, makes it the saga's only unwinder, and lets it be started.
pub(crate) fn begin_unwind(
    tx: &mut dyn Tx,
    mut saga: SagaRow,
    kind: &SagaKind,
) -> Result<OutboxRow, StoreError> {
    let now = tx.now();
    saga.unwinds += 1;
    saga.unwinder = Some(saga.id.unwind_run(saga.unwinds));
    saga.deadline = now.plus(kind.time_limit);
    tx.update_saga(&saga)?;
    let row = start_of(&saga, kind, now);
    tx.insert_outbox(&row)?;
    Ok(row)
}

/// Repeats the start of an execution that is not there: it waits in the outbox, or another sweeper is about to start
/// it. Its time begins when it does.
fn start_again(tx: &mut dyn Tx, saga: SagaRow, kind: &SagaKind) -> Result<OutboxRow, StoreError> {
    let now = tx.now();
    let row = start_of(&saga, kind, now);
    if saga.deadline < now {
        tx.update_saga(&SagaRow { deadline: now.plus(kind.time_limit), ..saga })?;
    }
    Ok(row)
}
