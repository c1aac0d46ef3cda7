//! What is told of one moment of a run.

use amends_saga::{Op, TaskPayload};
use serde_json::Value;

use super::line::{Line, LineKind, Weight};
use super::short::short;
use super::{call, ledger, saga};
use crate::explore::trace::{Ended, Happened, Moment};
use crate::explore::world::START;

type Told = (LineKind, String, Weight);

/// The line of a moment, yet without its number. Where a run has several sagas, it says which one a row belongs to.
pub(super) fn line(moment: &Moment, several: bool) -> Line {
    let Moment { at, actor, what } = moment;
    let (kind, what, weight) = told(actor, what, several);
    let at_micros = u64::try_from(at.since(START).as_micros()).unwrap_or(u64::MAX);
    Line { number: 0, at_micros, kind, who: actor.to_string(), what, weight }
}

fn told(actor: &str, what: &Happened, several: bool) -> Told {
    match what {
        Happened::Injected { site, fault } => {
            let action = site.strip_prefix(actor).and_then(|rest| rest.strip_prefix('/')).unwrap_or(site);
            (LineKind::Injected, format!("{action}: {}", fault.told()), Weight::Telling)
        }
        Happened::Delivered { payload } => delivered(payload),
        Happened::Answered { payload, answer, heard } => answered(payload, answer, *heard),
        Happened::Saga { before, after } => {
            let weight = Weight::plain_if(saga::is_plain(after));
            (LineKind::Saga, saga::told(before.as_deref(), after), weight)
        }
        Happened::Ledger { before, after } => {
            let of = if several { format!("{}: ", after.saga) } else { String::new() };
            let (told, weight) = ledger::told(before.as_deref(), after);
            (LineKind::Ledger, of + &told, weight)
        }
        Happened::Decided(decision) => {
            let of = decision.step.as_ref().map_or_else(String::new, |step| format!(" of {step}"));
            let told = format!("{} decides: {}{of}", decision.actor, decision.action.name());
            (LineKind::Noted, told, Weight::Telling)
        }
        Happened::SeenEnded { .. } => (LineKind::Noted, String::new(), Weight::Nothing),
        Happened::Refused { site } => {
            (LineKind::Noted, format!("the provider still refuses {site}"), Weight::Plain)
        }
        Happened::Called(made) => {
            (LineKind::Called, call::told(made), Weight::plain_if(made.outcome.is_ok()))
        }
        Happened::Started { machine, run } => {
            (LineKind::Started, format!("starts execution {run} of {machine}"), Weight::Plain)
        }
        Happened::Ended(ended) => {
            (LineKind::Ended, ended_told(ended), Weight::plain_if(ended.status == "SUCCEEDED"))
        }
        Happened::Noted(text) => (LineKind::Noted, short(text), Weight::Plain),
        Happened::Cancelled { saga } => (
            LineKind::Noted,
            format!("cancels {saga}, and is told that it will come to nothing"),
            Weight::Plain,
        ),
        Happened::UndoneByHand { step, .. } => {
            (LineKind::Noted, format!("undoes {step} by hand"), Weight::Telling)
        }
        Happened::WentBack { payload: TaskPayload { run, step, .. } } => (
            LineKind::Noted,
            format!("execution {run} goes back to {step}, which it had left"),
            Weight::Telling,
        ),
        Happened::Panicked => (LineKind::Noted, "panics".into(), Weight::Telling),
        Happened::ProcessStarted => (LineKind::Noted, "the process starts".into(), Weight::Plain),
    }
}

fn delivered(payload: &TaskPayload) -> Told {
    let TaskPayload { run, step, op, retry, .. } = payload;
    let again = if *retry > 0 { format!(", retry {retry}") } else { String::new() };
    let asked = match op {
        Op::Settle => "settle".to_owned(),
        Op::Execute | Op::Compensate => format!("{op} {step}"),
    };
    let weight = Weight::plain_if(*retry == 0 && *op == Op::Execute);
    (LineKind::Delivered, format!("is asked by execution {run} to {asked}{again}"), weight)
}

fn answered(payload: &TaskPayload, answer: &Result<String, (String, String)>, heard: bool) -> Told {
    let nobody = if heard { "" } else { ", and nobody waits for it" };
    let told = match answer {
        Ok(summary) => format!("answers{nobody}: {}", gist(summary)),
        Err((error, cause)) => format!("fails{nobody}: {error}: {}", short(cause)),
    };
    let is_plain = answer.is_ok() && heard && payload.op == Op::Execute;
    (LineKind::Answered, told, Weight::plain_if(is_plain))
}

/// What a summary comes to: its status, or the error that a settled saga ends with.
fn gist(summary: &str) -> String {
    let parsed: Value = serde_json::from_str(summary).unwrap_or_default();
    let gist = ["status", "error"].iter().find_map(|field| parsed[field].as_str());
    short(gist.unwrap_or(summary))
}

fn ended_told(ended: &Ended) -> String {
    let Ended { machine, run, status, error, cause } = ended;
    let mut told = format!("execution {run} of {machine} has ended: {status}");
    for text in [error, cause].into_iter().flatten() {
        told += &format!(": {}", short(text));
    }
    told
}
