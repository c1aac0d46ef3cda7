//! The story as it is told: a head, the timeline, and what is waited for.

use amends_coordinator::OrderStory;
use amends_engine::interp::Waiting;
use amends_store::{LedgerRow, LedgerStatus, SagaRow, StubRow};
use amends_types::Timestamp;
use serde::Serialize;

use super::Run;
use super::timeline::timeline;
use crate::args::Status;

/// Everything that `amends show` says. No personal data: a customer is named by the order service's id.
#[derive(Debug, Serialize)]
pub(crate) struct Story {
    order_id: String,
    status: &'static str,
    customer: Option<String>,
    total: Option<String>,
    lines: usize,
    reason: Option<String>,
    steps: Vec<Step>,
    timeline: Vec<Line>,
    waits_for: Option<String>,
}

/// One line of the timeline.
#[derive(Debug, Serialize)]
struct Line {
    at: String,
    of: String,
    what: String,
}

/// Where one step stands.
#[derive(Debug, Serialize)]
struct Step {
    step: String,
    status: &'static str,
    attempts: u32,
    undo_attempts: u32,
    in_doubt: bool,
    objects: std::collections::BTreeMap<String, String>,
}

impl Story {
    pub(crate) fn new(story: &OrderStory, runs: &[Run]) -> Self {
        let OrderStory { saga, order, rows } = story;
        let order = order.as_ref();
        let timeline = timeline(story, runs).into_iter();
        Self {
            order_id: saga.id.to_string(),
            status: Status::of(saga.state).name(),
            customer: order.map(|order| order.customer.id.clone()),
            total: order.and_then(|order| order.total).map(|total| total.to_string()),
            lines: order.map_or(0, |order| order.lines.len()),
            reason: saga.reason.clone(),
            steps: rows.iter().map(step).collect(),
            timeline: timeline
                .map(|moment| Line { at: moment.at.to_string(), of: moment.of, what: moment.what })
                .collect(),
            waits_for: waits_for(saga, rows, runs),
        }
    }

    /// All that is known of an order that was pruned.
    pub(crate) fn of_stub(stub: &StubRow) -> Self {
        Self {
            order_id: stub.id.to_string(),
            status: Status::of(stub.verdict).name(),
            customer: None,
            total: None,
            lines: 0,
            reason: Some(format!("it ended at {} and was pruned since", stub.ended)),
            steps: vec![],
            timeline: vec![],
            waits_for: None,
        }
    }

    /// For a person.
    pub(crate) fn text(&self) -> String {
        let total = self.total.as_deref().unwrap_or("no total yet");
        let customer = self.customer.as_deref().unwrap_or("unknown");
        let mut text = format!(
            "{}  {}\ncustomer {customer}, {} lines, {total}\n",
            self.order_id, self.status, self.lines
        );
        if let Some(reason) = &self.reason {
            text += &format!("reason: {reason}\n");
        }
        text.push('\n');
        let width = self.timeline.iter().map(|moment| moment.of.len()).max().unwrap_or(0);
        for Line { at, of, what } in &self.timeline {
            text += &format!("{at}  {of:<width$}  {what}\n");
        }
        if let Some(waits_for) = &self.waits_for {
            text += &format!("\nwaits for {waits_for}\n");
        }
        text
    }
}

fn step(row: &LedgerRow) -> Step {
    Step {
        step: row.step.clone(),
        status: row.status.name(),
        attempts: row.attempts,
        undo_attempts: row.undo_attempts,
        in_doubt: row.in_doubt,
        objects: row.objects.clone(),
    }
}

/// What an order without a verdict waits for, and until when; or what a verdict still leaves to do.
fn waits_for(saga: &SagaRow, rows: &[LedgerRow], runs: &[Run]) -> Option<String> {
    if saga.state.is_final() {
        return leftover(rows);
    }
    let Some(run) = runs.last().filter(|run| run.replayed.execution.outcome().is_none()) else {
        let deadline = saga.deadline;
        return Some(format!(
            "the sweeper: no execution runs; `amends run` takes it over (deadline {deadline})"
        ));
    };
    let execution = &run.replayed.execution;
    let state = execution.current_state().unwrap_or("its first state");
    Some(match execution.waiting() {
        Some(Waiting::Task { retries, since, until, .. }) => {
            let until = until.map_or_else(|| "it comes".into(), |until: Timestamp| until.to_string());
            format!("the worker of {state} (attempt {}, asked at {since}), until {until}", retries + 1)
        }
        Some(Waiting::Retry { error, retries, at }) => {
            format!("retry {retries} of {state} at {at}, after {error}")
        }
        Some(Waiting::Time { until }) => format!("{until}, in {state}"),
        Some(Waiting::Branches { running, total }) => format!("{running} of {total} branches of {state}"),
        None => format!("{state} to go on"),
    })
}

fn leftover(rows: &[LedgerRow]) -> Option<String> {
    let of = |wanted: LedgerStatus| -> Vec<&str> {
        rows.iter().filter(|row| row.status == wanted).map(|row| row.step.as_str()).collect()
    };
    let (parked, owed) = (of(LedgerStatus::Parked), of(LedgerStatus::Started));
    if !parked.is_empty() {
        return Some(format!("a person: {} could not be undone", parked.join(", ")));
    }
    if !owed.is_empty() {
        return Some(format!("the next `amends run`: {} is still owed", owed.join(", ")));
    }
    None
}
