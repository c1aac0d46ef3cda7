//! What is not known of a saga that was open in the backup from which the store was recovered.
//!
//! Earlier attempts may have acted and recorded after the backup was made, and undone what they did. So a row that is
//! absent proves nothing, and neither does one that says done: the provider is asked, before a step is executed and
//! before one is undone. Steps in our own database are as the ledger says: they were recovered together.

use std::sync::Arc;

use amends_saga::{Op, StepCtx, StepCtxParts, StepError, TaskPayload};
use amends_store::{LedgerRow, LedgerStatus, SagaRow, SagaState, StoreError, Tx};
use amends_types::Timestamp;
use serde_json::Value;

use super::answer::{Answer, answer_in, before_effect, reason};
use super::gate::{Gate, Passed, fresh_row, gate};
use super::{Mode, execute};
use crate::Sources;
use crate::attempt;
use crate::erased::{ErasedStep, Handler};
use crate::saga::RunnableStep;
use crate::shared::Shared;

/// Whether the ledger may have forgotten what this step did.
pub(super) fn is_doubtful(saga: &SagaRow, step: &RunnableStep) -> bool {
    saga.is_recovered() && matches!(step.handler, Handler::Provider(_))
}

/// Notes in a row that its step may have acted without a trace, if that is so: ever since the saga was created.
pub(super) fn doubt(saga: &SagaRow, step: &RunnableStep, row: &mut LedgerRow) {
    if is_doubtful(saga, step) {
        row.in_doubt = true;
        row.started.get_or_insert(saga.created);
    }
}

/// Writes the row of a step that left none and must be undone all the same. It is parked when not even the step's input
/// is known: then there is nothing to ask the provider for.
pub(super) fn forgotten(
    tx: &mut dyn Tx,
    saga: &SagaRow,
    step: &RunnableStep,
) -> Result<LedgerRow, StoreError> {
    let now = tx.now();
    let rows = tx.ledger_rows(&saga.id)?;
    let mut row = fresh_row(saga, step);
    doubt(saga, step, &mut row);
    // Whoever acted did so before this: what is not found is believed a settle time later.
    row.execute_until = Some(now);
    match (step.input)(&Sources::new(saga, &rows)) {
        Ok(input) => row.input = input,
        Err(error) => {
            row.status = LedgerStatus::Parked;
            row.settled = Some(now);
            let what = "it may have been done after the backup, and what for is not known";
            row.undo_reason = Some(format!("{what}: {}", reason(&error)));
        }
    }
    tx.put_ledger_row(&row)?;
    Ok(row)
}

/// The later steps that must be undone before `step`, the last one first. An execution undoes what it began, and may have
/// begun more than the ledger remembers.
pub(super) fn undone_first(
    shared: &Shared,
    tx: &mut dyn Tx,
    saga: &SagaRow,
    step: &RunnableStep,
) -> Result<Vec<&'static str>, StoreError> {
    let mut first = Vec::new();
    let Some(runnable) = shared.sagas.get(saga.saga.as_str()).filter(|_| saga.is_recovered()) else {
        return Ok(first);
    };
    let rows = tx.ledger_rows(&saga.id)?;
    for later in runnable.steps().iter().rev().take_while(|later| later.position > step.position) {
        let row = rows.iter().find(|row| row.step == later.definition.name);
        let is_open = row.is_none_or(|row| match row.status {
            LedgerStatus::Started | LedgerStatus::Done | LedgerStatus::Undoing => true,
            LedgerStatus::Refused | LedgerStatus::Undone | LedgerStatus::Parked => false,
        });
        if is_open && is_doubtful(saga, later) {
            first.push(later.definition.name);
        }
    }
    Ok(first)
}

/// A step that the ledger says is done, to be asked about.
pub(super) struct Claim {
    step: RunnableStep,
    handler: Arc<dyn ErasedStep>,
    row: LedgerRow,
    output: Value,
    now: Timestamp,
}

/// What must be asked about before a step is executed.
pub(super) fn claims_before(
    shared: &Shared,
    tx: &mut dyn Tx,
    passed: &Passed,
) -> Result<Vec<Claim>, StoreError> {
    let Passed { saga, step: next, .. } = passed;
    let mut claims = Vec::new();
    let runnable = shared.sagas.get(saga.saga.as_str());
    let Some(runnable) = runnable.filter(|_| saga.is_recovered() && saga.state == SagaState::Forward) else {
        return Ok(claims);
    };
    let now = tx.now();
    for row in tx.ledger_rows(&saga.id)? {
        let Some(step) = runnable.step(&row.step).filter(|step| step.position < next.position) else {
            continue;
        };
        let Handler::Provider(handler) = &step.handler else { continue };
        let output = row.output.clone().filter(|_| row.status == LedgerStatus::Done && !row.best_effort);
        if let Some(output) = output {
            claims.push(Claim { step: step.clone(), handler: handler.clone(), row, output, now });
        }
    }
    Ok(claims)
}

/// Asks the providers. `Rejected` names the first step whose effect does not stand any more, or cannot be asked about.
pub(super) async fn ask(shared: &Shared, claims: Vec<Claim>) -> Result<(), StepError> {
    for Claim { step, handler, row, output, now } in claims {
        let deadline = attempt::deadline(shared.clock.monotonic(), &step.definition.policy);
        let parts = attempt::parts(shared, &step, &row, Op::Execute, now);
        let ctx = StepCtx::new(StepCtxParts { deadline, recovered: true, ..parts });
        let asked = attempt::bounded(shared, deadline, handler.still_stands(&ctx, row.input, output)).await;
        let name = step.definition.name;
        match asked {
            Ok(true) => {}
            Ok(false) => {
                let cause =
                    format!("{name} was taken back after the backup that the store was recovered from");
                return Err(StepError::Rejected(cause));
            }
            Err(error @ (StepError::Rejected(_) | StepError::Bug(_))) => {
                return Err(StepError::Rejected(format!("{name} cannot be asked about: {}", reason(&error))));
            }
            Err(error) => return Err(StepError::Transient(reason(&error))),
        }
    }
    Ok(())
}

/// Records that a step may not be executed because an earlier one does not stand.
pub(super) async fn record_refusal(
    shared: &Arc<Shared>,
    payload: TaskPayload,
    mode: Mode,
    error: StepError,
) -> Answer {
    answer_in(shared, before_effect, move |shared, tx| {
        let Passed { mut row, .. } = match gate(shared, tx, &payload, mode)? {
            Gate::Answer(answer) => return Ok(answer),
            Gate::Pass(passed) => *passed,
        };
        execute::fail(&mut row, &error, tx.now(), true);
        tx.put_ledger_row(&row)?;
        Ok(Err(error.clone().into()))
    })
    .await
}
