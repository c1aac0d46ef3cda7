//! The ways of sound sagas, as a run would have watched them, and what can be changed on them.

use std::time::Duration;

use amends_saga::{Op, TaskPayload};
use amends_store::{AuditAction, LedgerRow, LedgerStatus, SagaRow, SagaState, Undo};
use serde_json::json;

use super::{at, id};
use crate::explore::{Ended, Happened, Moment, ProviderCall, Trace};
use crate::{BookEffect, Direction, Evidence};

/// Seconds for which a provider remembers a key.
pub(crate) const DAY: i64 = 24 * 60 * 60;

fn moment(actor: &str, what: Happened) -> Moment {
    Moment { at: at(0), actor: actor.into(), what }
}

fn payload(step: &str, op: Op) -> TaskPayload {
    TaskPayload { saga_id: id(), run: id().forward_run(), step: step.into(), op, retry: 0 }
}

/// The `nth` attempt at a task begins.
fn begun(step: &str, op: Op, nth: u32) -> Moment {
    moment(&format!("{step}.{op}.{nth}"), Happened::Delivered { payload: payload(step, op) })
}

/// A second attempt at a task begins.
pub(crate) fn delivered(step: &str, op: Op) -> Moment {
    begun(step, op, 2)
}

/// The second attempt at a task ends.
pub(crate) fn answered(step: &str, op: Op, answer: Result<(), &str>) -> Moment {
    let answer = answer.map(|()| String::new()).map_err(|error| (error.to_owned(), String::new()));
    let what = Happened::Answered { payload: payload(step, op), answer, heard: true };
    moment(&format!("{step}.{op}.2"), what)
}

/// A commit writes this saga row.
pub(crate) fn saga_put(saga: &SagaRow) -> Moment {
    moment("settle.1", Happened::Saga { before: None, after: Box::new(saga.clone()) })
}

/// A commit writes this ledger row.
pub(crate) fn row_put(row: &LedgerRow) -> Moment {
    moment("settle.1", Happened::Ledger { before: None, after: Box::new(row.clone()) })
}

/// An attempt calls a provider.
pub(crate) fn called(attempt: &str, call: ProviderCall) -> Moment {
    moment(attempt, Happened::Called(Box::new(call)))
}

/// A call that relies on its key, if it has one, and was answered.
pub(crate) fn call(operation: &'static str, key: Option<&str>, seconds: i64) -> ProviderCall {
    ProviderCall {
        operation,
        reference: id().to_string(),
        key: key.map(ToOwned::to_owned),
        at: at(seconds),
        key_window: Some(Duration::from_secs(DAY.unsigned_abs())),
        object: None,
        relies_on_key: key.is_some(),
        outcome: Ok("ok".into()),
        proven_not_done: false,
    }
}

/// The same call, of which nobody knows whether it was done.
pub(crate) fn unknown(call: ProviderCall) -> ProviderCall {
    ProviderCall { outcome: Err("the reply was lost".into()), ..call }
}

/// The execution found nothing settled.
pub(crate) fn ended_unsettled() -> Moment {
    moment("engine", Happened::Ended(ended("FAILED", Some("Saga.Unsettled"), None)))
}

fn ended(status: &str, error: Option<&str>, cause: Option<String>) -> Ended {
    let (machine, run) = ("order_saga".into(), id().to_string());
    Ended { machine, run, status: status.into(), error: error.map(ToOwned::to_owned), cause }
}

/// The saga with these moments as its way.
fn on(evidence: Evidence<'static>, moments: Vec<Moment>) -> Evidence<'static> {
    evidence.with_way(Box::leak(Box::new(Trace { moments })))
}

/// The way that it has, or one that leads to it.
fn way_of(evidence: &Evidence<'_>) -> Vec<Moment> {
    evidence.way.map_or_else(|| way_to(evidence), |way| way.moments.clone())
}

/// The saga, on a way that leads to it.
pub(crate) fn watched(evidence: Evidence<'static>) -> Evidence<'static> {
    with_more(evidence, &[])
}

/// The same, and then this happened.
pub(crate) fn with_more(evidence: Evidence<'static>, more: &[Moment]) -> Evidence<'static> {
    let mut way = way_of(&evidence);
    way.extend_from_slice(more);
    on(evidence, way)
}

/// The same, and this happened just before the saga came to where `is_there` says.
fn with_before(
    evidence: Evidence<'static>,
    is_there: impl Fn(SagaState) -> bool,
    one: Moment,
) -> Evidence<'static> {
    let mut way = way_of(&evidence);
    let there = |moment: &Moment| match &moment.what {
        Happened::Saga { after, .. } => is_there(after.state),
        _ => false,
    };
    let place = way.iter().position(there).unwrap();
    way.insert(place, one);
    on(evidence, way)
}

/// The same, and this happened just before the verdict.
pub(crate) fn with_before_verdict(evidence: Evidence<'static>, one: Moment) -> Evidence<'static> {
    with_before(evidence, SagaState::is_final, one)
}

/// The same, with a call more before the verdict.
pub(crate) fn with_call(evidence: Evidence<'static>, attempt: &str, call: ProviderCall) -> Evidence<'static> {
    with_before_verdict(evidence, called(attempt, call))
}

/// The same, and this happened just before the saga unwound.
pub(crate) fn unwound_by(evidence: Evidence<'static>, one: Moment) -> Evidence<'static> {
    with_before(evidence, |state| state == SagaState::Unwinding, one)
}

/// The same, with another end of its execution.
pub(crate) fn with_end(evidence: Evidence<'static>, change: impl Fn(&mut Ended)) -> Evidence<'static> {
    let mut way = way_of(&evidence);
    for moment in &mut way {
        if let Happened::Ended(ended) = &mut moment.what {
            change(ended);
        }
    }
    on(evidence, way)
}

/// The money could not be given back, and then a person's repair did that; all of it was watched.
pub(crate) fn repaired() -> Evidence<'static> {
    let mut way = way_of(&super::stuck());
    let (begun, mut ended) = (super::repairing(), super::histories::repaired().told());
    let by = |actor: &str, seconds, moment: Moment| Moment { actor: actor.into(), at: at(seconds), ..moment };
    let charge = |evidence: &Evidence<'_>| row_put(evidence.row("charge").unwrap());
    let decided = Happened::Decided(Box::new(super::decision(AuditAction::Retry, None)));
    way.push(by("operator.1", 3000, charge(&begun)));
    way.push(by("operator.1", 3000, moment("", decided)));
    way.push(by("operator.1", 3000, saga_put(&begun.saga)));
    way.push(by("charge.compensate.2", 3010, charge(&ended)));
    way.push(by("settle.settle.2", 3020, saga_put(&ended.saga)));
    super::effect_of(&mut ended, "refunded").at = Some(at(3010));
    on(ended, way)
}

/// The money could not be given back, and a person gave it back by hand and said so, at 3000 s.
pub(crate) fn resolved() -> Evidence<'static> {
    let mut way = way_of(&super::stuck());
    let mut ended = super::histories::decided(Undo::Resolved).told();
    let decided = Happened::Decided(Box::new(super::decision(AuditAction::Resolve, Some("charge"))));
    let said = [row_put(ended.row("charge").unwrap()), moment("", decided), saga_put(&ended.saga)];
    way.extend(said.map(|moment| Moment { actor: "operator.1".into(), at: at(3000), ..moment }));
    super::effect_of(&mut ended, "refunded").at = Some(at(3000));
    on(ended, way)
}

/// A way that leads to this saga: its steps begin in order, and are undone in reverse order.
fn way_to(evidence: &Evidence<'_>) -> Vec<Moment> {
    let last = &evidence.saga;
    let first = SagaRow::new(last.id.clone(), &last.saga, last.input.clone(), last.created, last.deadline);
    let mut way = vec![saga_put(&first)];
    let unwound = last.unwinding_since.is_some();
    for row in evidence.rows.iter().filter(|row| row.started.is_some()) {
        way.extend(executed(evidence, row, unwound));
    }
    let open = SagaRow { state: SagaState::Unwinding, ended: None, ..last.clone() };
    for (place, row) in evidence.rows.iter().rev().filter(|_| unwound).enumerate() {
        let attempt = begun(&row.step, Op::Compensate, 1);
        let unwinding = Happened::Saga { before: None, after: Box::new(open.clone()) };
        let unwinding = moment(&attempt.actor, unwinding);
        way.push(attempt);
        way.extend((place == 0).then_some(unwinding));
        way.extend(calls_of(evidence, row, Op::Compensate));
        way.push(row_put(row));
    }
    if unwound {
        way.push(begun("settle", Op::Settle, 1));
    }
    if last.state.is_final() {
        way.push(saga_put(last));
        way.push(moment("engine", Happened::Ended(end_of(evidence))));
    }
    way
}

/// A step is executed, and comes to where it was before it was undone.
fn executed(evidence: &Evidence<'_>, row: &LedgerRow, unwound: bool) -> Vec<Moment> {
    let began = LedgerRow { finished: None, output: None, ..forward(row, LedgerStatus::Started) };
    let status = match row.finished {
        None => LedgerStatus::Started,
        Some(_) if row.undo == Some(Undo::WasRefused) || row.status == LedgerStatus::Refused => {
            LedgerStatus::Refused
        }
        Some(_) => LedgerStatus::Done,
    };
    let mut moments = vec![begun(&row.step, Op::Execute, 1), row_put(&began)];
    moments.extend(calls_of(evidence, row, Op::Execute));
    moments.push(row_put(&if unwound { forward(row, status) } else { row.clone() }));
    moments
}

/// The row as it was before it was undone.
fn forward(row: &LedgerRow, status: LedgerStatus) -> LedgerRow {
    LedgerRow { status, undo: None, undoing: None, settled: None, undo_attempts: 0, ..row.clone() }
}

fn calls_of(evidence: &Evidence<'_>, row: &LedgerRow, op: Op) -> Vec<Moment> {
    let effects = evidence.effects.iter().filter(|effect| effect.step == row.step);
    let calls = effects.filter_map(|effect| {
        let undoes = effect.direction == Direction::Reversed || effect.name == "canceled";
        (undoes == (op == Op::Compensate)).then(|| call_of(effect)).flatten()
    });
    calls.map(|call| called(&format!("{}.{op}.1", row.step), call)).collect()
}

/// The call that had this effect; none for those in our own database.
fn call_of(effect: &BookEffect) -> Option<ProviderCall> {
    let (key, _) = effect.request.as_ref()?;
    let (operation, relies_on_key) = match effect.name {
        "prepared" => ("prepare", false),
        "captured" => ("capture", false),
        "refunded" | "canceled" => ("reverse", false),
        "reverted" => ("revert", false),
        "synced" | "partly_synced" => ("sync", true),
        _ => ("send", true),
    };
    let object = effect.object.clone().filter(|_| ["capture", "reverse"].contains(&operation));
    Some(ProviderCall { object, relies_on_key, ..call(operation, Some(key), 0) })
}

fn end_of(evidence: &Evidence<'_>) -> Ended {
    let steps = |status| -> Vec<&str> {
        evidence.rows.iter().filter(|row| row.status == status).map(|row| row.step.as_str()).collect()
    };
    let told = json!({ "undone": steps(LedgerStatus::Undone), "parked": steps(LedgerStatus::Parked) });
    match evidence.saga.state {
        SagaState::Compensated => ended("FAILED", Some("Saga.Compensated"), Some(told.to_string())),
        SagaState::Stuck => ended("FAILED", Some("Saga.Stuck"), Some(told.to_string())),
        _ => ended("SUCCEEDED", None, None),
    }
}
