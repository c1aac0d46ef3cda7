//! The sweeper: what no Catch can catch.
//!
//! An execution that was stopped, lost or ran out of time leaves a saga without a verdict. The sweeper makes sure that
//! such an execution has ended, takes the saga over, and starts the machine that only compensates.

use amends_store::{OutboxRow, SagaLock, SagaQuery, SagaRow, Store, StoreError, Tx};
use amends_types::{SagaId, Timestamp};
use serde_json::json;

use crate::relay::{RelayError, start};
use crate::{Execution, ExecutionStatus, SagaKind, SagaWorker, StepFunctions};

/// How many sagas are read at once.
const BATCH: usize = 500;
/// After so many unwinds the sweeper settles instead of starting another.
const MOST_UNWINDS: u32 = 3;

/// What one pass came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Executions of the unwind machine that were started.
    pub started: Vec<Execution>,
    /// Executions that still run, within their time.
    pub running: Vec<Execution>,
    /// Sagas that a person must look at, each with the reason.
    pub alarms: Vec<(SagaId, String)>,
}

/// Looks at every saga without a verdict, once.
///
/// # Errors
/// When the store or Step Functions fails; what was begun before stays begun.
pub async fn sweep(
    store: &dyn Store,
    functions: &dyn StepFunctions,
    worker: &dyn SagaWorker,
    kind: &SagaKind,
) -> Result<Swept, RelayError> {
    let mut swept = Swept::default();
    let mut query = SagaQuery { open: true, limit: BATCH, ..SagaQuery::default() };
    loop {
        let page = query.clone();
        let (now, rows) = store.query(move |tx| Ok::<_, StoreError>((tx.now(), tx.sagas(&page)?))).await?;
        let Some(last) = rows.last() else { return Ok(swept) };
        query.after = Some(last.id.clone());
        for saga in rows.iter().filter(|saga| saga.saga == kind.name) {
            sweep_one(store, functions, worker, kind, saga, now, &mut swept).await?;
        }
    }
}

async fn sweep_one(
    store: &dyn Store,
    functions: &dyn StepFunctions,
    worker: &dyn SagaWorker,
    kind: &SagaKind,
    saga: &SagaRow,
    now: Timestamp,
    swept: &mut Swept,
) -> Result<(), RelayError> {
    let execution = execution_of(saga, kind);
    match functions.describe(&execution).await? {
        Some(ExecutionStatus::Running) if now <= saga.deadline => {
            swept.running.push(execution);
            return Ok(());
        }
        // Invariant: the former execution has ended before another takes over.
        Some(ExecutionStatus::Running) => {
            functions.stop(&execution, "past the saga's deadline; the sweeper unwinds it").await?;
            functions.wait_for_end(&execution).await?;
        }
        Some(ExecutionStatus::Ended) | None => {}
    }
    if saga.unwinds >= MOST_UNWINDS {
        if let Err(reason) = worker.settle(&saga.id, &execution.run).await {
            swept.alarms.push((saga.id.clone(), reason));
        }
        return Ok(());
    }
    let (id, owned_kind, seen) = (saga.id.clone(), kind.clone(), execution);
    let row = store.transact(move |tx| take_over(tx, &id, &owned_kind, &seen)).await?;
    if let Some(row) = row {
        swept.started.push(start(store, functions, &row).await?);
    }
    Ok(())
}

/// The execution that is responsible for a saga now.
pub fn execution_of(saga: &SagaRow, kind: &SagaKind) -> Execution {
    let forward = saga.id.forward_run();
    match &saga.unwinder {
        Some(run) if *run != forward => Execution { machine: kind.unwind_name.clone(), run: run.clone() },
        Some(_) | None => Execution { machine: kind.name.clone(), run: forward },
    }
}

/// Names the next unwind as the saga's unwinder, unless somebody else was faster.
fn take_over(
    tx: &mut dyn Tx,
    id: &SagaId,
    kind: &SagaKind,
    seen: &Execution,
) -> Result<Option<OutboxRow>, StoreError> {
    let Some(mut saga) = tx.saga(id, SagaLock::Update)? else {
        return Ok(None);
    };
    if saga.state.is_final() || execution_of(&saga, kind) != *seen {
        return Ok(None);
    }
    let now = tx.now();
    saga.begin_unwinding(Some("its execution ended without a verdict".into()), now);
    saga.unwinds += 1;
    let run = saga.id.unwind_run(saga.unwinds);
    saga.unwinder = Some(run.clone());
    saga.deadline = now.plus(kind.time_limit);
    tx.update_saga(&saga)?;
    let input = json!({ "saga_id": saga.id, "unwind": saga.unwinds }).to_string();
    let row = OutboxRow { run, machine: kind.unwind_name.clone(), saga: saga.id, input, created: now };
    tx.insert_outbox(&row)?;
    Ok(Some(row))
}

/// Gives every saga without a verdict its full time again: the time in which the embedded process was down is not
/// held against its executions.
///
/// # Errors
/// When the store fails.
pub async fn extend_deadlines(store: &dyn Store, kind: &SagaKind) -> Result<usize, StoreError> {
    let mut extended = 0;
    let mut query = SagaQuery { open: true, limit: BATCH, ..SagaQuery::default() };
    loop {
        let (page, kind) = (query.clone(), kind.clone());
        let rows = store.transact(move |tx| extend_page(tx, &page, &kind)).await?;
        let Some(last) = rows.last() else {
            return Ok(extended);
        };
        query.after = Some(last.id.clone());
        extended += rows.len();
    }
}

fn extend_page(tx: &mut dyn Tx, page: &SagaQuery, kind: &SagaKind) -> Result<Vec<SagaRow>, StoreError> {
    let deadline = tx.now().plus(kind.time_limit);
    let rows = tx.sagas(page)?;
    for saga in rows.iter().filter(|saga| saga.saga == kind.name && saga.deadline < deadline) {
        tx.update_saga(&SagaRow { deadline, ..saga.clone() })?;
    }
    Ok(rows)
}
