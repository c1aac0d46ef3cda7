//! The commit point.
//!
//! The last required step's `done` is always recorded. The same transaction commits the saga, if it still goes forward
//! and every required step is done; otherwise the answer is `Cancelled`, and the done step will be undone.

use amends_saga::TaskErrorKind as Kind;
use amends_store::{LedgerRow, LedgerStatus, SagaLock, SagaRow, SagaState, StoreError, Tx};

use super::answer::{Answer, done, reason, refuse};
use super::gate::fresh_row;
use crate::Sources;
use crate::saga::RunnableStep;
use crate::shared::Shared;

/// Commits the saga if `row`, which has just been recorded as done, is its commit point.
pub(super) fn try_commit(
    shared: &Shared,
    tx: &mut dyn Tx,
    saga: SagaRow,
    row: &LedgerRow,
) -> Result<Answer, StoreError> {
    let Some(runnable) = shared.sagas.get(saga.saga.as_str()) else {
        return Ok(refuse(Kind::Bug, "the saga's definition vanished"));
    };
    if !runnable.definition().is_commit_point(&row.step) {
        return Ok(done(row));
    }
    // A local step passed the gate under a shared lock.
    let Some(mut saga) = tx.saga(&saga.id, SagaLock::Update)? else {
        return Ok(refuse(Kind::Bug, "the saga vanished while a step was under way"));
    };
    let rows = tx.ledger_rows(&saga.id)?;
    let is_done = |step: &RunnableStep| {
        rows.iter().any(|row| row.step == step.definition.name && row.status == LedgerStatus::Done)
    };
    let mut required = runnable.steps().iter().filter(|step| step.definition.policy.is_required());
    if saga.state != SagaState::Forward || !required.all(is_done) {
        let cause = format!("{} is done, but the saga is {}", row.step, saga.state.name());
        return Ok(refuse(Kind::Cancelled, cause));
    }
    saga.end(SagaState::Committed, tx.now());
    tx.update_saga(&saga)?;
    owe_best_effort_steps(tx, &saga, runnable.steps(), &rows)?;
    Ok(done(row))
}

/// A best-effort step that left no trace at all is owed like one that failed.
fn owe_best_effort_steps(
    tx: &mut dyn Tx,
    saga: &SagaRow,
    steps: &[RunnableStep],
    rows: &[LedgerRow],
) -> Result<(), StoreError> {
    for step in steps.iter().filter(|step| !step.definition.policy.is_required()) {
        if rows.iter().any(|row| row.step == step.definition.name) {
            continue;
        }
        let mut row = fresh_row(saga, step);
        match (step.input)(&Sources::new(saga, rows)) {
            Ok(input) => row.input = input,
            Err(error) => row.reason = Some(reason(&error)),
        }
        tx.put_ledger_row(&row)?;
    }
    Ok(())
}
