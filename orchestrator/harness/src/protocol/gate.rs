//! Whether an execute may begin.

use amends_saga::{StepError, TaskErrorKind as Kind, TaskPayload};
use amends_store::{LedgerRow, LedgerStatus, SagaLock, SagaRow, SagaState, StoreError, Tx};
use amends_types::Timestamp;

use super::answer::{Answer, reason, refuse, summary};
use super::{Mode, recovered};
use crate::Sources;
use crate::saga::RunnableStep;
use crate::shared::Shared;

pub(super) enum Gate {
    /// There is nothing to do but to answer this.
    Answer(Answer),
    /// The attempt may begin on this row, which is `started` and not leased.
    Pass(Box<Passed>),
}

pub(super) struct Passed {
    pub(super) saga: SagaRow,
    pub(super) step: RunnableStep,
    pub(super) row: LedgerRow,
}

pub(super) fn gate(
    shared: &Shared,
    tx: &mut dyn Tx,
    payload: &TaskPayload,
    mode: Mode,
) -> Result<Gate, StoreError> {
    // Invariant: an execute that begins holds this lock, so the saga cannot stop going forward in between (S9).
    let Some(saga) = tx.saga(&payload.saga_id, SagaLock::Share)? else {
        return Ok(Gate::Answer(refuse(Kind::Cancelled, "there is no such saga")));
    };
    let Some(step) = find_step(shared, &saga, &payload.step) else {
        return Ok(Gate::Answer(unknown_step(&saga, &payload.step)));
    };
    if saga.is_frozen() {
        return Ok(Gate::Answer(copied(&saga)));
    }
    let row = tx.ledger_row(&saga.id, step.definition.name)?;
    if let Some(answer) = recorded(shared, &saga, &step, row.as_ref()) {
        return Ok(Gate::Answer(answer));
    }
    if !may_go_forward(&saga, &step, mode) {
        let cause = format!("the saga is {} and {} may not begin", saga.state.name(), step.definition.name);
        return Ok(Gate::Answer(refuse(Kind::Cancelled, cause)));
    }
    let rows = tx.ledger_rows(&saga.id)?;
    let input = match (step.input)(&Sources::new(&saga, &rows)) {
        Ok(input) => input,
        Err(error) => {
            if row.is_none() && step.definition.policy.is_required() {
                tx.put_ledger_row(&never_begun(&saga, &step, &error, tx.now()))?;
            }
            return Ok(Gate::Answer(Err(error.into())));
        }
    };
    let mut row = match row {
        None => fresh_row(&saga, &step),
        Some(row) => match admit_again(row, tx.now(), &input) {
            Ok(row) => row,
            Err(answer) => return Ok(Gate::Answer(answer)),
        },
    };
    row.input = input;
    recovered::doubt(&saga, &step, &mut row);
    row.started.get_or_insert(tx.now());
    Ok(Gate::Pass(Box::new(Passed { saga, step, row })))
}

pub(super) fn find_step(shared: &Shared, saga: &SagaRow, step: &str) -> Option<RunnableStep> {
    shared.sagas.get(saga.saga.as_str())?.step(step).cloned()
}

pub(super) fn unknown_step(saga: &SagaRow, step: &str) -> Answer {
    refuse(Kind::Bug, format!("this worker has no step {step:?} of the saga {:?}", saga.saga))
}

/// Nothing is done here for a saga that goes on elsewhere.
pub(super) fn copied(saga: &SagaRow) -> Answer {
    refuse(Kind::Bug, format!("saga {} is a copy of one that goes on elsewhere", saga.id))
}

pub(super) fn fresh_row(saga: &SagaRow, step: &RunnableStep) -> LedgerRow {
    let best_effort = !step.definition.policy.is_required();
    LedgerRow::new(saga.id.clone(), step.definition.name, step.position, best_effort, LedgerStatus::Started)
}

/// A step whose input cannot even be built: proven not done, with the reason for the person who reads the verdict.
fn never_begun(saga: &SagaRow, step: &RunnableStep, error: &StepError, now: Timestamp) -> LedgerRow {
    LedgerRow {
        status: LedgerStatus::Refused,
        reason: Some(reason(error)),
        finished: Some(now),
        ..fresh_row(saga, step)
    }
}

/// A recorded output is answered first, whatever the saga row says: a repeat must hear what the first one heard.
///
/// The commit point alone is answered with `Cancelled` when its output was recorded too late to commit the saga;
/// otherwise a repeat of that attempt would end the execution in success and leave the saga to the sweeper.
fn recorded(shared: &Shared, saga: &SagaRow, step: &RunnableStep, row: Option<&LedgerRow>) -> Option<Answer> {
    let row = row.filter(|row| row.status == LedgerStatus::Done)?;
    let definition = shared.sagas.get(saga.saga.as_str())?.definition();
    if definition.is_commit_point(&row.step) && saga.state != SagaState::Committed {
        return Some(refuse(Kind::Cancelled, "the step was done after the saga had stopped going forward"));
    }
    Some(Ok(summary(step.definition.name, "done")))
}

fn may_go_forward(saga: &SagaRow, step: &RunnableStep, mode: Mode) -> bool {
    let owed = saga.state == SagaState::Committed && !step.definition.policy.is_required();
    match mode {
        // A best-effort step may follow the commit point.
        Mode::Forward => saga.state == SagaState::Forward || owed,
        Mode::Owed => owed,
    }
}

/// Whether another attempt may begin on a row that exists and is not done.
fn admit_again(mut row: LedgerRow, now: Timestamp, input: &serde_json::Value) -> Result<LedgerRow, Answer> {
    match row.status {
        LedgerStatus::Started => {}
        LedgerStatus::Refused => {
            let reason = row.reason.unwrap_or_else(|| "the step was refused before".into());
            return Err(refuse(Kind::Rejected, reason));
        }
        // Invariant: a tombstone forbids every later execute (S5).
        LedgerStatus::Undoing | LedgerStatus::Undone | LedgerStatus::Parked => {
            return Err(refuse(Kind::Cancelled, "the step was undone"));
        }
        LedgerStatus::Done => unreachable!("a recorded output was answered before"),
    }
    // A row that is only owed has never begun; its input may not even have been known.
    if row.started.is_some() && row.input != *input {
        return Err(refuse(Kind::Bug, "the step was begun with another input"));
    }
    end_expired_lease(&mut row, now)?;
    Ok(row)
}

/// Takes a lease that ran out off the row, which is in doubt from then on; a live one is `Busy`.
pub(super) fn end_expired_lease(row: &mut LedgerRow, now: Timestamp) -> Result<(), Answer> {
    let Some(lease) = row.lease else { return Ok(()) };
    if now < lease.until {
        return Err(refuse(Kind::Busy, format!("another attempt may act until {}", lease.until)));
    }
    row.lease = None;
    row.in_doubt |= row.status == LedgerStatus::Started;
    Ok(())
}
