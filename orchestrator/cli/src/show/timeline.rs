//! What happened when: what store and ledger know, and every attempt that failed.

use amends_coordinator::{Moment, OrderStory};
use amends_engine::history::{Event, HistoryEvent, TaskEvent};

use super::Run;

/// Everything that happened, in order.
pub(super) fn timeline(story: &OrderStory, runs: &[Run]) -> Vec<Moment> {
    story.moments_with(runs.iter().flat_map(|run| failures(&run.replayed.events)).collect())
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
                moments.push(Moment::new(*timestamp, &state, format!("{error}: {cause}")));
            }
            Event::Task { event: TaskEvent::TimedOut, .. } => {
                moments.push(Moment::new(*timestamp, &state, "no answer within the state's time limit"));
            }
            Event::ExecutionAborted { cause, .. } => {
                let cause = cause.as_deref().unwrap_or("no cause given");
                moments.push(Moment::new(*timestamp, "order", format!("its execution was stopped: {cause}")));
            }
            // The machines of sagas have neither branches nor expressions.
            _ => {}
        }
    }
    moments
}
