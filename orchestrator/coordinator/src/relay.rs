//! The relay: what is in the outbox is started.
//!
//! Where Step Functions is shared, several relays may read one outbox: each claims the rows that it starts. An engine
//! that is embedded has one process, and whatever that had claimed before is not being started any more.

use amends_store::{OutboxRow, SagaLock, Store, StoreError, Tx};
use amends_types::{EngineId, SagaId};
use thiserror::Error;

use crate::execution::START_CLAIM;
use crate::{Execution, StepFunctions, StepFunctionsError};

/// How many rows are claimed at once.
const BATCH: usize = 500;

/// Why a row of the outbox is still there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RelayError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The execution could not be started.
    #[error(transparent)]
    StepFunctions(#[from] StepFunctionsError),
}

/// What one pass over the outbox came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relayed {
    /// The executions that were started, in the order in which they were asked for.
    pub started: Vec<Execution>,
    /// Sagas that a person must look at, each with the reason: their rows stay.
    pub alarms: Vec<(SagaId, String)>,
}

/// Starts one execution and removes its row. Whoever repeats this after a crash starts nothing new.
///
/// # Errors
/// See [`RelayError`]; the row stays then.
pub async fn start(
    store: &dyn Store,
    functions: &dyn StepFunctions,
    row: &OutboxRow,
) -> Result<Execution, RelayError> {
    let execution = execution_in(row);
    functions.start(&execution, &row.input).await?;
    // Invariant: the row is deleted only after StartExecution answered.
    delete(store, row).await?;
    Ok(execution)
}

/// Starts everything that is in the outbox for these Step Functions and that nobody else is starting. A row that can
/// never be started is an alarm and does not stop the others.
///
/// # Errors
/// See [`RelayError`]; what was started before it stays started.
pub async fn relay(store: &dyn Store, functions: &dyn StepFunctions) -> Result<Relayed, RelayError> {
    let mut relayed = Relayed::default();
    let engine = functions.engine_id();
    if !functions.is_shared() {
        store.transact(move |tx| tx.release_outbox(engine)).await?;
    }
    loop {
        let rows = store.transact(move |tx| claim(tx, engine)).await?;
        if rows.is_empty() {
            return Ok(relayed);
        }
        for (row, ended) in &rows {
            if *ended {
                delete(store, row).await?;
                continue;
            }
            match start(store, functions, row).await {
                Ok(execution) => relayed.started.push(execution),
                Err(RelayError::StepFunctions(error)) if error.is_final() => {
                    relayed.alarms.push((row.saga.clone(), error.to_string()));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// The oldest rows, each with whether its saga has a verdict: that is never started.
fn claim(tx: &mut dyn Tx, engine: Option<EngineId>) -> Result<Vec<(OutboxRow, bool)>, StoreError> {
    let until = tx.now().plus(START_CLAIM);
    let rows = tx.claim_outbox(engine, until, BATCH)?.into_iter().map(|row| {
        let saga = tx.saga(&row.saga, SagaLock::None)?;
        Ok((row, saga.is_some_and(|saga| !saga.is_open())))
    });
    rows.collect()
}

fn execution_in(row: &OutboxRow) -> Execution {
    Execution { machine: row.machine.clone(), run: row.run.clone() }
}

async fn delete(store: &dyn Store, row: &OutboxRow) -> Result<(), StoreError> {
    let Execution { machine, run } = execution_in(row);
    store.transact(move |tx| tx.delete_outbox(&machine, &run)).await
}
