//! Compensate of a step whose effect is in our own database: undo and record are one transaction.

use std::sync::Arc;
use std::time::Duration;

use amends_saga::{Op, StepError, TaskPayload};
use amends_store::{StoreError, Tx};

use super::answer::{Answer, answer_in, before_effect};
use super::compensate::conclude;
use super::execute_local::Failed;
use super::undo_gate::{UndoGate, UndoPassed, undo_gate};
use crate::attempt;
use crate::erased::ErasedLocalStep;
use crate::shared::Shared;

pub(super) fn run(
    shared: &Shared,
    tx: &mut dyn Tx,
    passed: UndoPassed,
    local: &dyn ErasedLocalStep,
) -> Result<Answer, Failed> {
    let UndoPassed { step, mut row, .. } = passed;
    let ctx = attempt::local_context(shared, &step, &row, Op::Compensate, tx.now());
    let result = attempt::caught(|| local.compensate(&ctx, tx, row.input.clone(), row.output.clone()))?;
    row.undo_attempts += 1;
    // In our own database, what is not found is not there: there is no settle time to wait for.
    let answer = conclude(&mut row, &Ok(result), Duration::ZERO, tx.now());
    tx.put_ledger_row(&row)?;
    Ok(answer)
}

/// Records why an undo failed that was rolled back.
pub(super) async fn record_failure(shared: &Arc<Shared>, payload: TaskPayload, error: StepError) -> Answer {
    answer_in(shared, before_effect, move |shared, tx| record(shared, tx, &payload, &error)).await
}

fn record(
    shared: &Shared,
    tx: &mut dyn Tx,
    payload: &TaskPayload,
    error: &StepError,
) -> Result<Answer, StoreError> {
    let mut row = match undo_gate(shared, tx, payload)? {
        UndoGate::Answer(answer) => return Ok(answer),
        UndoGate::First(_) => return Ok(Err(error.clone().into())),
        UndoGate::Pass(passed) => passed.row,
    };
    row.undo_attempts += 1;
    let answer = conclude(&mut row, &Err(error.clone()), Duration::ZERO, tx.now());
    tx.put_ledger_row(&row)?;
    Ok(answer)
}
