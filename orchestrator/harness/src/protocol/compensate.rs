//! Compensate: gate, lease, undo, record.

use std::sync::Arc;
use std::time::Duration;

use amends_saga::{Compensated, Op, StepError, TaskErrorKind as Kind, TaskPayload};
use amends_store::{Lease, LeaseToken, LedgerRow, LedgerStatus, SagaLock, StoreError, Tx, Undo};
use amends_types::Timestamp;

use super::answer::{Answer, after_effect, answer_in, before_effect, reason, refuse, summary};
use super::compensate_local;
use super::execute_local::Failed;
use super::gate::find_step;
use super::undo_gate::{UndoGate, UndoPassed, undo_gate};
use crate::attempt::{self, Attempt};
use crate::erased::{ErasedStep, Handler};
use crate::shared::Shared;

enum Begun {
    Answer(Answer),
    /// These must be undone before.
    First(Vec<&'static str>),
    Attempt(Box<Attempt>, Arc<dyn ErasedStep>),
}

pub(crate) async fn compensate(shared: &Arc<Shared>, payload: TaskPayload) -> Answer {
    let first = match begin_and_act(shared, payload.clone()).await {
        Ok(answer) => return answer,
        Err(first) => first,
    };
    for step in first {
        let earlier = TaskPayload { step: step.to_owned(), ..payload.clone() };
        match begin_and_act(shared, earlier).await.unwrap_or_else(|_| again()) {
            Ok(_) => {}
            // Parked, with its reason in the ledger: the others are undone all the same.
            Err(error) if matches!(error.kind, Kind::Rejected | Kind::Bug) => {}
            Err(error) => return Err(error),
        }
    }
    begin_and_act(shared, payload).await.unwrap_or_else(|_| again())
}

/// Another attempt changed what comes first.
fn again() -> Answer {
    refuse(Kind::Transient, "a later step must be undone first")
}

/// One attempt, or which steps must be undone before there may be one.
async fn begin_and_act(shared: &Arc<Shared>, payload: TaskPayload) -> Result<Answer, Vec<&'static str>> {
    let before = shared.clock.monotonic();
    let token = shared.entropy.next_u64();
    let begun = {
        let (shared, payload) = (shared.clone(), payload.clone());
        shared.store.clone().transact(move |tx| begin(&shared, tx, &payload, token)).await
    };
    Ok(match begun {
        Ok(Begun::Answer(answer)) => answer,
        Ok(Begun::First(steps)) => return Err(steps),
        Ok(Begun::Attempt(attempt, step)) => {
            let result = act(shared, &attempt, &*step, before).await;
            let record = move |shared: &Shared, tx: &mut dyn Tx| record(shared, tx, &payload, token, &result);
            answer_in(shared, after_effect, record).await
        }
        Err(Failed::Store(error)) => Err(before_effect(&error)),
        Err(Failed::Step(error)) => compensate_local::record_failure(shared, payload, error).await,
    })
}

fn begin(
    shared: &Shared,
    tx: &mut dyn Tx,
    payload: &TaskPayload,
    token: LeaseToken,
) -> Result<Begun, Failed> {
    let passed = match undo_gate(shared, tx, payload)? {
        UndoGate::Answer(answer) => return Ok(Begun::Answer(answer)),
        UndoGate::First(steps) => return Ok(Begun::First(steps)),
        UndoGate::Pass(passed) => *passed,
    };
    match passed.step.handler.clone() {
        Handler::Local(local) => Ok(Begun::Answer(compensate_local::run(shared, tx, passed, &*local)?)),
        Handler::Provider(provider) => {
            let UndoPassed { step, mut row, recovered } = passed;
            let now = tx.now();
            let until = now.plus(Duration::from_secs(u64::from(step.definition.policy.lease_seconds)));
            let lease = Lease { token, until };
            row.lease = Some(lease);
            row.undo_until = Some(until);
            row.undo_attempts += 1;
            tx.put_ledger_row(&row)?;
            Ok(Begun::Attempt(Box::new(Attempt { step, row, lease, recovered, now }), provider))
        }
    }
}

async fn act(
    shared: &Shared,
    attempt: &Attempt,
    step: &dyn ErasedStep,
    before: Duration,
) -> Result<Compensated, StepError> {
    let (ctx, deadline) = attempt.context(shared, Op::Compensate, before);
    let LedgerRow { input, output, .. } = attempt.row.clone();
    attempt::bounded(shared, deadline, step.compensate(&ctx, input, output)).await
}

fn record(
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
    let Some(lease) = row.lease.filter(|lease| lease.token == token) else {
        return Ok(refuse(Kind::Unknown, "the lease was lost before the result could be recorded"));
    };
    row.lease = None;
    row.undo_until = Some(tx.now().min(lease.until));
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
        Ok(Compensated::Undone) => row.bury(Undo::Reversed, now),
        Ok(Compensated::NothingHappened) => row.bury(Undo::NothingHappened, now),
        Ok(Compensated::NothingFound) if believable.is_none_or(|at| at <= now) => {
            row.bury(Undo::NothingFound, now);
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
