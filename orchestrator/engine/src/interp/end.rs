//! The ends of an execution. Each records the last event, and is reached once.

use std::sync::Arc;

use serde_json::Value;

use super::execution::Execution;
use super::failure::{Failure, Origin};
use super::limits::MAX_EVENTS;
use super::occurrence::{Action, Outcome, TimerId};
use super::turn::Turn;
use super::visit::Visit;
use crate::history::Event;

impl Execution {
    pub(super) fn succeed(&mut self, output: Arc<Value>, turn: &mut Turn<'_>) {
        if self.counters.is_full {
            return self.end_at_event_limit(turn);
        }
        let event = {
            let output = Arc::clone(&output);
            || Event::ExecutionSucceeded { output }
        };
        self.end(Outcome::Succeeded { output: Value::clone(&output) }, event, None, turn);
    }

    pub(super) fn fail(&mut self, visit: &Visit, failure: Failure, turn: &mut Turn<'_>) {
        let cause = match failure.origin {
            Origin::Runtime => failure.cause.map(|cause| {
                let name = &self.frame.machine.state(visit.state).name;
                let entered = visit.entered_event;
                format!("An error occurred while executing the state '{name}' (entered at the event id #{entered}). {cause}")
            }),
            _ => failure.cause,
        };
        self.end_failed(Some(failure.error), cause, turn);
    }

    /// The last event of a history always ends it: whatever was to come is not begun.
    pub(super) fn end_at_event_limit(&mut self, turn: &mut Turn<'_>) {
        turn.drop_begun();
        let cause = format!("The execution reached the maximum number of history events ({MAX_EVENTS}).");
        self.end_failed(Some("States.Runtime".to_owned()), Some(cause), turn);
    }

    pub(super) fn end_failed(&mut self, error: Option<String>, cause: Option<String>, turn: &mut Turn<'_>) {
        let event = {
            let (error, cause) = (error.clone(), cause.clone());
            || Event::ExecutionFailed { error, cause }
        };
        self.end(Outcome::Failed { error, cause }, event, None, turn);
    }

    pub(super) fn end(
        &mut self,
        outcome: Outcome,
        event: impl FnOnce() -> Event,
        fired: Option<TimerId>,
        turn: &mut Turn<'_>,
    ) {
        if let Some(visit) = self.visit.take() {
            turn.cancel(visit.awaits.timers(), fired);
        }
        turn.cancel(self.frame.limit.take().into_iter(), fired);
        turn.record_end(&mut self.counters, event);
        self.outcome = Some(outcome.clone());
        turn.actions.push(Action::Finish(outcome));
    }
}
