//! Settle: the verdict at the end of an unwind.
//!
//! It waits out live leases and settle times, parks every row that is still open, and writes the verdict in that same
//! transaction. The verdict is computed from the ledger and never believed from an event.
//!
//! At the end of a repair there is a verdict already. It changes from stuck to compensated if nothing is parked any
//! more, and stays otherwise.

use std::sync::Arc;
use std::time::Duration;

use amends_saga::{TaskError, TaskErrorKind as Kind, TaskPayload};
use amends_store::{LedgerRow, LedgerStatus, SagaLock, SagaRow, SagaState, StoreError, StubRow, Tx, Undo};
use amends_types::Timestamp;
use serde_json::{Value, json};

use super::answer::{Answer, answer_in, before_effect, refuse};
use super::gate::fresh_row;
use super::recovered;
use super::undo_gate::{become_unwinder, no_such_saga};
use crate::Saga;
use crate::shared::Shared;

pub(crate) async fn settle(shared: &Arc<Shared>, payload: TaskPayload) -> Answer {
    answer_in(shared, before_effect, move |shared, tx| settle_now(shared, tx, &payload)).await
}

fn settle_now(shared: &Shared, tx: &mut dyn Tx, payload: &TaskPayload) -> Result<Answer, StoreError> {
    let Some(saga) = tx.saga(&payload.saga_id, SagaLock::Update)? else {
        let stub = tx.stub(&payload.saga_id)?;
        return Ok(stub.as_ref().map_or_else(no_such_saga, verdict_of_stub));
    };
    let repaired = saga.repairing && saga.unwinder.as_ref() == Some(&payload.run);
    if matches!(saga.state, SagaState::Compensated | SagaState::Stuck) && !repaired {
        let rows = tx.ledger_rows(&saga.id)?;
        return Ok(Ok(verdict(&saga, &rows)));
    }
    let mut saga = match become_unwinder(tx, saga, payload)? {
        Ok(saga) => saga,
        Err(Err(error)) if error.kind == Kind::Superseded => {
            return Ok(refuse(Kind::Busy, "the execution that unwinds this saga has not settled it yet"));
        }
        Err(answer) => return Ok(answer),
    };
    let Some(runnable) = shared.sagas.get(saga.saga.as_str()) else {
        return Ok(refuse(Kind::Bug, format!("this worker has no saga {:?}", saga.saga)));
    };
    let rows = match close_rows(tx, &saga, runnable)? {
        Ok(rows) => rows,
        Err(busy) => return Ok(Err(busy)),
    };
    let stuck = rows.iter().any(|row| !row.best_effort && row.status == LedgerStatus::Parked);
    match saga.state {
        SagaState::Compensated => saga.repairing = false,
        SagaState::Stuck if stuck => saga.repairing = false,
        SagaState::Forward | SagaState::Unwinding | SagaState::Committed | SagaState::Stuck => {
            saga.end(if stuck { SagaState::Stuck } else { SagaState::Compensated }, tx.now());
        }
    }
    tx.update_saga(&saga)?;
    Ok(Ok(verdict(&saga, &rows)))
}

/// Brings every row to undone or parked; `Busy` when one must be waited for, and then none is.
fn close_rows(
    tx: &mut dyn Tx,
    saga: &SagaRow,
    runnable: &Saga,
) -> Result<Result<Vec<LedgerRow>, TaskError>, StoreError> {
    let now = tx.now();
    let mut rows = Vec::with_capacity(runnable.steps().len());
    for step in runnable.steps() {
        let row = tx.ledger_row(&saga.id, step.definition.name)?;
        rows.push(match row {
            Some(row) => row,
            None if recovered::is_doubtful(saga, step) => recovered::forgotten(tx, saga, step)?,
            None => {
                let mut row = fresh_row(saga, step);
                row.bury(Undo::NeverStarted, now);
                row
            }
        });
    }
    // A step that this version of the saga does not have any more is a debt like the others.
    for row in tx.ledger_rows(&saga.id)? {
        if runnable.step(&row.step).is_none() {
            rows.extend(tx.ledger_row(&saga.id, &row.step)?);
        }
    }
    for row in &mut rows {
        let settle_seconds = runnable.step(&row.step).map_or(0, |step| step.definition.policy.settle_seconds);
        if let Err(busy) = close(row, Duration::from_secs(settle_seconds.into()), now) {
            return Ok(Err(busy));
        }
    }
    for row in &rows {
        tx.put_ledger_row(row)?;
    }
    Ok(Ok(rows))
}

fn close(row: &mut LedgerRow, settle: Duration, now: Timestamp) -> Result<(), TaskError> {
    match row.status {
        LedgerStatus::Undone => {}
        // The only attempt to undo it was refused, and nothing else is under way.
        LedgerStatus::Parked if row.undo_attempts <= 1 && !row.in_doubt => {}
        LedgerStatus::Refused => row.bury(Undo::WasRefused, now),
        LedgerStatus::Done => park(row, now),
        // Whoever may act is waited for, and then what may still be under way at the provider, so that the residual
        // is what a person will find: a refund may be on its way although a later one was refused.
        LedgerStatus::Started | LedgerStatus::Undoing | LedgerStatus::Parked => {
            let acted_until = row.execute_until.max(row.undo_until).max(row.lease.map(|lease| lease.until));
            let quiet = acted_until.map_or(now, |until| until.plus(settle));
            if now < quiet {
                let cause = format!("{} may still change at the provider until {quiet}", row.step);
                return Err(TaskError::new(Kind::Busy, cause));
            }
            if row.status != LedgerStatus::Parked {
                park(row, now);
            }
        }
    }
    Ok(())
}

fn park(row: &mut LedgerRow, now: Timestamp) {
    row.in_doubt |= row.lease.take().is_some() && row.status == LedgerStatus::Started;
    row.status = LedgerStatus::Parked;
    row.settled = Some(now);
    row.undo_reason.get_or_insert_with(|| "its compensation gave up without an answer".into());
}

/// What a saga that was pruned answers: its verdict, without what is not kept.
fn verdict_of_stub(stub: &StubRow) -> Answer {
    let error = match stub.verdict {
        SagaState::Committed => {
            return refuse(Kind::Committed, "the saga was committed; nothing is undone");
        }
        SagaState::Stuck => "Saga.Stuck",
        SagaState::Forward | SagaState::Unwinding | SagaState::Compensated => "Saga.Compensated",
    };
    let cause = json!({ "saga": stub.id, "reason": "the saga ended and was pruned" });
    Ok(json!({ "error": error, "cause": cause.to_string() }))
}

/// The verdict as the Fail state shows it: a name, and short JSON for a person.
fn verdict(saga: &SagaRow, rows: &[LedgerRow]) -> Value {
    let error = if saga.state == SagaState::Stuck { "Saga.Stuck" } else { "Saga.Compensated" };
    let steps = |wanted: LedgerStatus| -> Vec<&str> {
        rows.iter().filter(|row| row.status == wanted).map(|row| row.step.as_str()).collect()
    };
    let (undone, parked) = (steps(LedgerStatus::Undone), steps(LedgerStatus::Parked));
    let mut reason = saga.reason.as_deref().unwrap_or("unwound");
    loop {
        let cause = json!({ "saga": saga.id, "reason": reason, "undone": undone, "parked": parked });
        let cause = cause.to_string();
        if cause.len() <= TaskError::MAX_CAUSE_BYTES || reason.is_empty() {
            return json!({ "error": error, "cause": cause });
        }
        // How long it is as JSON depends on what must be escaped.
        reason = &reason[..reason.floor_char_boundary(reason.len() / 2)];
    }
}
