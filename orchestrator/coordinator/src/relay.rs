//! The relay: what is in the outbox is started.

use amends_store::{OutboxRow, Store, StoreError};
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

/// Starts one execution and removes its row. Whoever repeats this after a crash starts nothing new.
///
/// # Errors
/// See [`RelayError`]; the row stays then.
pub async fn start(
    store: &dyn Store,
    functions: &dyn StepFunctions,
    row: &OutboxRow,
) -> Result<Execution, RelayError> {
    let execution = Execution { machine: row.machine.clone(), run: row.run.clone() };
    functions.start(&execution, &row.input).await?;
    // Invariant: the row is deleted only after StartExecution answered.
    let deleted = execution.clone();
    store.transact(move |tx| tx.delete_outbox(&deleted.machine, &deleted.run)).await?;
    Ok(execution)
}

/// Starts everything that is in the outbox; says which executions.
///
/// # Errors
/// See [`RelayError`]; what was started before it stays started.
pub async fn relay(store: &dyn Store, functions: &dyn StepFunctions) -> Result<Vec<Execution>, RelayError> {
    let mut started = Vec::new();
    loop {
        let rows = store.query(|tx| tx.outbox(BATCH)).await?;
        if rows.is_empty() {
            return Ok(started);
        }
        for row in &rows {
            started.push(start(store, functions, row).await?);
        }
    }
}
