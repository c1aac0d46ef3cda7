//! What a task is answered: short summaries, and errors that say what to look at.

use std::sync::Arc;

use amends_saga::{StepError, TaskError, TaskErrorKind};
use amends_store::{LedgerRow, StoreError, Tx};
use serde_json::{Value, json};

use crate::shared::Shared;

pub(super) type Answer = Result<Value, TaskError>;

pub(super) fn summary(step: &str, status: &str) -> Value {
    json!({ "step": step, "status": status })
}

pub(super) fn done(row: &LedgerRow) -> Answer {
    Ok(summary(&row.step, "done"))
}

pub(super) fn refuse<T>(kind: TaskErrorKind, cause: impl Into<String>) -> Result<T, TaskError> {
    Err(TaskError::new(kind, cause))
}

/// Why an attempt failed, as the ledger keeps it.
pub(super) fn reason(error: &StepError) -> String {
    short(error.to_string())
}

/// A text for people, cut to what a cause may have.
pub(super) fn short(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(TaskError::MAX_CAUSE_BYTES));
    text
}

/// A store that failed before anything was asked of a provider.
pub(super) fn before_effect(error: &StoreError) -> TaskError {
    TaskError::new(TaskErrorKind::Transient, error.to_string())
}

/// A store that failed after the step answered: the effect may exist, and nothing says so but the lease.
pub(super) fn after_effect(error: &StoreError) -> TaskError {
    TaskError::new(TaskErrorKind::Unknown, format!("the result could not be recorded: {error}"))
}

/// Runs a transaction that ends a task; `failed` says what a store that failed means.
pub(super) async fn answer_in(
    shared: &Arc<Shared>,
    failed: fn(&StoreError) -> TaskError,
    mut work: impl FnMut(&Shared, &mut dyn Tx) -> Result<Answer, StoreError> + Send + 'static,
) -> Answer {
    let owned = shared.clone();
    let transaction = shared.store.transact(move |tx| work(&owned, tx)).await;
    transaction.unwrap_or_else(|error: StoreError| Err(failed(&error)))
}
