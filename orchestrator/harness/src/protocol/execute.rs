//! Execute: gate, lease, effect, record.

use std::sync::Arc;
use std::time::Duration;

use amends_saga::{Op, StepError, TaskErrorKind as Kind, TaskPayload};
use amends_store::{Lease, LeaseToken, LedgerRow, LedgerStatus, SagaLock, StoreError, Tx};
use amends_types::Timestamp;
use serde_json::Value;

use super::answer::{Answer, after_effect, answer_in, before_effect, reason, refuse};
use super::execute_local::{self, Failed};
use super::gate::{Gate, Passed, gate};
use super::recovered::{self, Claim};
use super::{Mode, commit};
use crate::attempt::{self, Attempt};
use crate::erased::{ErasedStep, Handler};
use crate::shared::Shared;

/// What the first transaction of an execute came to.
enum Begun {
    Answer(Answer),
    /// The saga was recovered from a backup: whether these still stand must be asked first.
    Ask(Vec<Claim>),
    Attempt(Box<Attempt>, Arc<dyn ErasedStep>),
}

pub(crate) async fn execute(shared: &Arc<Shared>, payload: TaskPayload, mode: Mode) -> Answer {
    let claims = match begin_and_act(shared, &payload, mode, false).await {
        Ok(answer) => return answer,
        Err(claims) => claims,
    };
    match recovered::ask(shared, claims).await {
        Ok(()) => begin_and_act(shared, &payload, mode, true)
            .await
            .unwrap_or_else(|_| refuse(Kind::Bug, "what was asked about is asked about again")),
        Err(error @ StepError::Rejected(_)) => recovered::record_refusal(shared, payload, mode, error).await,
        Err(error) => Err(error.into()),
    }
}

/// One attempt, or what must be asked about before there may be one.
async fn begin_and_act(
    shared: &Arc<Shared>,
    payload: &TaskPayload,
    mode: Mode,
    asked: bool,
) -> Result<Answer, Vec<Claim>> {
    // The instant before the lease is asked for: see `attempt::deadline`.
    let before = shared.clock.monotonic();
    let token = shared.entropy.next_u64();
    let begun = {
        let (shared, payload) = (shared.clone(), payload.clone());
        shared.store.clone().transact(move |tx| begin(&shared, tx, &payload, mode, token, asked)).await
    };
    Ok(match begun {
        Ok(Begun::Answer(answer)) => answer,
        Ok(Begun::Ask(claims)) => return Err(claims),
        Ok(Begun::Attempt(attempt, step)) => {
            let result = act(shared, &attempt, &*step, before).await;
            let payload = payload.clone();
            let record =
                move |shared: &Shared, tx: &mut dyn Tx| record(shared, tx, &payload, mode, token, &result);
            answer_in(shared, after_effect, record).await
        }
        Err(Failed::Store(error)) => Err(before_effect(&error)),
        Err(Failed::Step(error)) => execute_local::record_failure(shared, payload.clone(), mode, error).await,
    })
}

fn begin(
    shared: &Shared,
    tx: &mut dyn Tx,
    payload: &TaskPayload,
    mode: Mode,
    token: LeaseToken,
    asked: bool,
) -> Result<Begun, Failed> {
    let passed = match gate(shared, tx, payload, mode)? {
        Gate::Answer(answer) => return Ok(Begun::Answer(answer)),
        Gate::Pass(passed) => *passed,
    };
    if !asked {
        let claims = recovered::claims_before(shared, tx, &passed)?;
        if !claims.is_empty() {
            return Ok(Begun::Ask(claims));
        }
    }
    match passed.step.handler.clone() {
        Handler::Local(local) => Ok(Begun::Answer(execute_local::run(shared, tx, passed, &*local)?)),
        Handler::Provider(provider) => {
            let Passed { saga, step, mut row } = passed;
            let now = tx.now();
            let until = now.plus(Duration::from_secs(u64::from(step.definition.policy.lease_seconds)));
            let lease = Lease { token, until };
            row.lease = Some(lease);
            row.execute_until = Some(until);
            row.attempts += 1;
            tx.put_ledger_row(&row)?;
            Ok(Begun::Attempt(
                Box::new(Attempt { step, row, lease, recovered: saga.is_recovered(), now }),
                provider,
            ))
        }
    }
}

async fn act(
    shared: &Shared,
    attempt: &Attempt,
    step: &dyn ErasedStep,
    before: Duration,
) -> Result<Value, StepError> {
    let (ctx, deadline) = attempt.context(shared, Op::Execute, before);
    attempt::bounded(shared, deadline, step.execute(&ctx, attempt.row.input.clone())).await
}

fn record(
    shared: &Shared,
    tx: &mut dyn Tx,
    payload: &TaskPayload,
    mode: Mode,
    token: LeaseToken,
    result: &Result<Value, StepError>,
) -> Result<Answer, StoreError> {
    // The saga row is locked first, here as everywhere.
    let saga = tx.saga(&payload.saga_id, SagaLock::Update)?;
    let row = tx.ledger_row(&payload.saga_id, &payload.step)?;
    let (Some(saga), Some(mut row)) = (saga, row) else {
        return Ok(refuse(Kind::Bug, "the saga vanished while a step was under way"));
    };
    // Invariant: only the holder of the lease writes a result.
    let Some(lease) = row.lease.filter(|lease| lease.token == token) else {
        return Ok(refuse(Kind::Unknown, "the lease was lost before the result could be recorded"));
    };
    let now = tx.now();
    row.lease = None;
    row.execute_until = Some(now.min(lease.until));
    match result {
        Ok(output) => {
            finish(&mut row, output.clone(), now);
            tx.put_ledger_row(&row)?;
            commit::try_commit(shared, tx, saga, &row)
        }
        Err(error) => {
            fail(&mut row, error, now, now <= lease.until);
            if mode == Mode::Owed {
                give_up_delivery(&mut row, error, now);
            }
            tx.put_ledger_row(&row)?;
            Ok(Err(error.clone().into()))
        }
    }
}

/// The effect happened.
pub(super) fn finish(row: &mut LedgerRow, output: Value, now: Timestamp) {
    row.status = LedgerStatus::Done;
    row.output = Some(output);
    row.finished = Some(now);
    row.reason = None;
}

/// The attempt failed. `refused` is written only when it is proven that nothing happened: the attempt says so
/// within its own lease, and no earlier one is in doubt.
pub(super) fn fail(row: &mut LedgerRow, error: &StepError, now: Timestamp, within_lease: bool) {
    row.reason = Some(reason(error));
    row.in_doubt |= !within_lease || error.effect() == amends_saga::Effect::Possible;
    if matches!(error, StepError::Rejected(_)) && !row.in_doubt {
        row.status = LedgerStatus::Refused;
        row.finished = Some(now);
    }
}

/// A delivery that is refused although an earlier attempt may have gone out is neither refused nor owed any more.
fn give_up_delivery(row: &mut LedgerRow, error: &StepError, now: Timestamp) {
    if matches!(error, StepError::Rejected(_)) && row.status == LedgerStatus::Started {
        row.status = LedgerStatus::Parked;
        row.settled = Some(now);
    }
}
