//! What happened when: the ledger's own times, and every attempt that failed.

use amends_engine::history::{Event, HistoryEvent, TaskEvent};
use amends_store::{LedgerRow, LedgerStatus, SagaRow, SagaState, Undo};
use amends_types::Timestamp;
use serde::Serialize;

use super::Run;
use crate::args::Status;

/// One line of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Moment {
    #[serde(serialize_with = "as_text")]
    pub(crate) at: Timestamp,
    /// The step or state, or the order itself.
    pub(crate) of: String,
    pub(crate) what: String,
}

pub(super) fn as_text<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

fn moment(at: Timestamp, of: &str, what: impl Into<String>) -> Moment {
    Moment { at, of: of.to_owned(), what: what.into() }
}

/// Everything that happened, in order.
pub(super) fn timeline(saga: &SagaRow, rows: &[LedgerRow], runs: &[Run]) -> Vec<Moment> {
    let mut moments = saga_moments(saga);
    moments.extend(runs.iter().flat_map(|run| failures(&run.replayed.events)));
    moments.extend(rows.iter().flat_map(row_moments));
    moments.extend(verdict(saga));
    // Stable: what one transaction did stays in the order in which it is told here.
    moments.sort_by_key(|moment| moment.at);
    moments
}

fn saga_moments(saga: &SagaRow) -> Vec<Moment> {
    let mut moments = vec![moment(saga.created, "order", "accepted at intake")];
    if let Some(since) = saga.unwinding_since {
        let reason = saga.reason.as_deref().unwrap_or("no reason was recorded");
        moments.push(moment(since, "order", format!("unwinds: {reason}")));
    }
    moments
}

fn verdict(saga: &SagaRow) -> Option<Moment> {
    let text = match saga.state {
        SagaState::Stuck => "stuck: something could not be undone and waits for a person",
        SagaState::Committed | SagaState::Compensated | SagaState::Forward | SagaState::Unwinding => {
            Status::of(saga.state).name()
        }
    };
    saga.ended.map(|ended| moment(ended, "order", text))
}

fn row_moments(row: &LedgerRow) -> Vec<Moment> {
    let mut moments = Vec::new();
    let step = &row.step;
    if let Some(started) = row.started.filter(|started| row.finished != Some(*started)) {
        moments.push(moment(started, step, "do"));
    }
    if let Some(finished) = row.finished {
        moments.push(moment(finished, step, finished_text(row)));
    }
    if let Some(undoing) = row.undoing.filter(|undoing| row.settled != Some(*undoing)) {
        moments.push(moment(undoing, step, "undo"));
    }
    if let Some(settled) = row.settled {
        moments.push(moment(settled, step, settled_text(row)));
    }
    moments
}

fn finished_text(row: &LedgerRow) -> String {
    if row.output.is_some() {
        return match row.attempts {
            0 | 1 => "done".into(),
            attempts => format!("done at attempt {attempts}"),
        };
    }
    format!("refused: {}", row.reason.as_deref().unwrap_or("no reason was recorded"))
}

fn settled_text(row: &LedgerRow) -> String {
    if row.status == LedgerStatus::Parked {
        if row.undoing.is_none() && row.undo_reason.is_none() {
            let reason = row.reason.as_deref().unwrap_or("no reason was recorded");
            return format!("given up after {} attempts, and parked for a person: {reason}", row.attempts);
        }
        let reason = row.undo_reason.as_deref().unwrap_or("no reason was recorded");
        return format!("parked for a person after {} attempts to undo it: {reason}", row.undo_attempts);
    }
    match row.undo {
        Some(Undo::NeverStarted) => "nothing to undo: it never began".into(),
        Some(Undo::WasRefused) => "nothing to undo: it was refused".into(),
        Some(Undo::NothingHappened) => "nothing to undo: nothing had happened".into(),
        Some(Undo::NothingFound) => "nothing to undo: the provider knows of nothing".into(),
        Some(Undo::Resolved) => "undone outside, as a person says".into(),
        Some(Undo::Accepted) => "not undone, which a person accepts".into(),
        Some(Undo::Reversed) | None => "undone".into(),
    }
}

/// Every attempt that failed, with its state.
fn failures(events: &[HistoryEvent]) -> Vec<Moment> {
    let mut state = String::new();
    let mut moments = Vec::new();
    for HistoryEvent { timestamp, event, .. } in events {
        match event {
            Event::StateEntered { name, .. } => state = name.to_string(),
            Event::Task { event: TaskEvent::Failed { error, cause }, .. } => {
                let cause = cause.as_deref().unwrap_or("");
                moments.push(moment(*timestamp, &state, format!("{error}: {cause}")));
            }
            Event::Task { event: TaskEvent::TimedOut, .. } => {
                moments.push(moment(*timestamp, &state, "no answer within the state's time limit"));
            }
            Event::ExecutionAborted { cause, .. } => {
                let cause = cause.as_deref().unwrap_or("no cause given");
                moments.push(moment(*timestamp, "order", format!("its execution was stopped: {cause}")));
            }
            Event::Task { .. }
            | Event::StateExited { .. }
            | Event::ExecutionStarted { .. }
            | Event::ExecutionSucceeded { .. }
            | Event::ExecutionFailed { .. }
            | Event::ExecutionTimedOut => {}
        }
    }
    moments
}
