//! Compensate: gate, lease, undo, record.

use std::sync::Arc;
use std::time::Duration;

use amends_saga::{Compensated, Op, StepError, TaskErrorKind as Kind, TaskPayload};
use amends_store::{Lease, LeaseToken, LedgerRow, LedgerStatus, SagaLock, StoreError, Tx, Undo};
use amends_types::Timestamp;

use super::answer::{Answer, after_effect, before_effect, reason, refuse, summary};
use super::compensate_local;
use super::execute_local::Failed;
use super::gate::find_step;
use super::undo_gate::{UndoGate, bury, undo_gate};
use crate::attempt::{self, Attempt};
use crate::erased::{ErasedStep, Handler};
use crate::harness::Shared;
use crate::recorder::LedgerRecorder;

enum Begun {
    Answer(Answer),
    Attempt(Box<Attempt>, Arc<dyn ErasedStep>),
}

pub(crate) async fn compensate(shared: &Arc<Shared>, payload: TaskPayload) -> Answer {
    let before = shared.clock.monotonic();
    let token = shared.entropy.next_u64();
    let begun = {
        let (shared, payload) = (shared.clone(), payload.clone());
        shared.store.clone().transact(move |tx| begin(&shared, tx, &payload, token)).await
    };
    match begun {
        Ok(Begun::Answer(answer)) => answer,
        Ok(Begun::Attempt(attempt, step)) => {
            let result = act(shared, &attempt, &*step, before).await;
            record(shared, payload, token, result).await
        }
        Err(Failed::Store(error)) => Err(before_effect(&error)),
        Err(Failed::Step(error)) => compensate_local::record_failure(shared, payload, error).await,
    }
}

fn begin(
    shared: &Shared,
    tx: &mut dyn Tx,
    payload: &TaskPayload,
    token: LeaseToken,
) -> Result<Begun, Failed> {
    let passed = match undo_gate(shared, tx, payload)? {
        UndoGate::Answer(answer) => return Ok(Begun::Answer(answer)),
        UndoGate::Pass(passed) => *passed,
    };
    match passed.step.handler.clone() {
        Handler::Local(local) => Ok(Begun::Answer(compensate_local::run(shared, tx, passed, &*local)?)),
        Handler::Provider(provider) => {
            let mut row = passed.row;
            let lease_seconds = u64::from(passed.step.definition.policy.lease_seconds);
            row.lease = Some(Lease { token, until: tx.now().plus(Duration::from_secs(lease_seconds)) });
            row.undo_attempts += 1;
            tx.put_ledger_row(&row)?;
            Ok(Begun::Attempt(Box::new(Attempt { step: passed.step, row, token }), provider))
        }
    }
}

async fn act(
    shared: &Arc<Shared>,
    attempt: &Attempt,
    step: &dyn ErasedStep,
    before: Duration,
) -> Result<Compensated, StepError> {
    let Attempt { step: runnable, row, token } = attempt;
    let recorder = LedgerRecorder {
        store: shared.store.clone(),
        saga: row.saga.clone(),
        step: runnable.definition.name,
        token: *token,
    };
    let deadline = attempt::deadline(before, &runnable.definition.policy);
    let ctx = attempt::context(shared, runnable, row, Op::Compensate, deadline, Arc::new(recorder));
    attempt::bounded(shared, deadline, step.compensate(&ctx, row.input.clone(), row.output.clone())).await
}

async fn record(
    shared: &Arc<Shared>,
    payload: TaskPayload,
    token: LeaseToken,
    result: Result<Compensated, StepError>,
) -> Answer {
    let transaction = {
        let shared = shared.clone();
        shared.store.clone().transact(move |tx| record_result(&shared, tx, &payload, token, &result)).await
    };
    transaction.unwrap_or_else(|error: StoreError| Err(after_effect(&error)))
}

fn record_result(
    shared: &Shared,
    tx: &mut dyn Tx,
    payload: &TaskPayload,
    token: LeaseToken,
    result: &Result<Compensated, StepError>,
) -> Result<Answer, StoreError> {
    let saga = tx.saga(&payload.saga_id, SagaLock::Share)?;
    let step = saga.as_ref().and_then(|saga| find_step(shared, saga, &payload.step));
    let row = tx.ledger_row(&payload.saga_id, &payload.step)?;
    let (Some(step), Some(mut row)) = (step, row) else {
        return Ok(refuse(Kind::Bug, "the saga vanished while a step was being undone"));
    };
    // Invariant: only the holder of the lease writes a result.
    if row.lease.is_none_or(|lease| lease.token != token) {
        return Ok(refuse(Kind::Unknown, "the lease was lost before the result could be recorded"));
    }
    row.lease = None;
    let settle = Duration::from_secs(u64::from(step.definition.policy.settle_seconds));
    let answer = conclude(&mut row, result, settle, tx.now());
    tx.put_ledger_row(&row)?;
    Ok(answer)
}

/// Brings the row to what the attempt learned.
pub(super) fn conclude(
    row: &mut LedgerRow,
    result: &Result<Compensated, StepError>,
    settle: Duration,
    now: Timestamp,
) -> Answer {
    let believable = row.execute_until.map(|until| until.plus(settle));
    match result {
        Ok(Compensated::Undone) => bury(row, Undo::Reversed, now),
        Ok(Compensated::NothingHappened) => bury(row, Undo::NothingHappened, now),
        Ok(Compensated::NothingFound) if believable.is_none_or(|at| at <= now) => {
            bury(row, Undo::NothingFound, now);
        }
        Ok(Compensated::NothingFound) => {
            let at = believable.unwrap_or(now);
            let reason = format!("the provider knows of nothing, which proves nothing before {at}");
            row.undo_reason = Some(reason.clone());
            return refuse(Kind::Transient, reason);
        }
        Err(error) => {
            row.undo_reason = Some(reason(error));
            if matches!(error, StepError::Rejected(_) | StepError::Bug(_)) {
                row.status = LedgerStatus::Parked;
                row.settled = Some(now);
            }
            return Err(error.clone().into());
        }
    }
    Ok(summary(&row.step, "undone"))
}
