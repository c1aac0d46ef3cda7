//! The relay: what is in the outbox is started.

use std::collections::HashSet;

use amends_store::{OutboxRow, SagaLock, Store, StoreError, Tx};
use amends_types::SagaId;
use thiserror::Error;

use crate::{Execution, StepFunctions, StepFunctionsError};

/// How many rows are read at once.
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

/// Starts everything that is in the outbox. A row that can never be started is an alarm and does not stop the others.
///
/// # Errors
/// See [`RelayError`]; what was started before it stays started.
pub async fn relay(store: &dyn Store, functions: &dyn StepFunctions) -> Result<Relayed, RelayError> {
    let mut relayed = Relayed::default();
    let mut kept = HashSet::new();
    loop {
        // Rows that are kept stay the oldest: without more room they would hide the others.
        let most = BATCH + kept.len();
        let mut rows = store.query(move |tx| read(tx, most)).await?;
        rows.retain(|(row, _)| !kept.contains(&execution_in(row)));
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
                    kept.insert(execution_in(row));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// The oldest rows, each with whether its saga has a verdict: that is never started.
fn read(tx: &mut dyn Tx, most: usize) -> Result<Vec<(OutboxRow, bool)>, StoreError> {
    let rows = tx.outbox(most)?.into_iter().map(|row| {
        let saga = tx.saga(&row.saga, SagaLock::None)?;
        Ok((row, saga.is_some_and(|saga| saga.state.is_final())))
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
