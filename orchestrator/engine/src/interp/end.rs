//! The ends of an execution. Each records the last event, and is reached once.

use std::sync::Arc;

use amends_asl::StateKind;
use serde_json::Value;

use super::child;
use super::execution::Execution;
use super::failure::Failure;
use super::limits::MAX_EVENTS;
use super::occurrence::{Action, Outcome, TimerId};
use super::task;
use super::thread::Thread;
use super::turn::Turn;
use super::visit::Awaits;
use crate::history::Event;

impl Execution {
    pub(super) fn succeed(&mut self, output: Arc<Value>, turn: &mut Turn<'_>) {
        if turn.is_full() {
            return self.end_at_event_limit(turn);
        }
        let event = {
            let output = Arc::clone(&output);
            || Event::ExecutionSucceeded { output }
        };
        self.end(Outcome::Succeeded { output: Value::clone(&output) }, event, None, turn);
    }

    pub(super) fn fail(&mut self, failure: Failure, turn: &mut Turn<'_>) {
        self.end_failed(failure.named(), failure.cause, turn);
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
        let threads = self.threads.drain();
        for thread in &threads {
            turn.cancel(thread.timers(), fired);
            abandon(thread, turn);
            child::cut_run(thread, turn);
            if thread.parent.is_some_and(|parent| parent.is_child) {
                child::aborted(thread, turn);
            }
        }
        self.stop(threads, &outcome, turn);
        turn.cancel(self.limit.take().into_iter(), fired);
        turn.line = super::turn::Line::new(Arc::clone(&self.frame));
        turn.record_end(event);
        self.outcome = Some(outcome.clone());
        turn.actions.push(Action::Finish(outcome));
    }

    /// A thread goes without an end of its own.
    pub(super) fn release(&self, thread: &Thread, turn: &mut Turn<'_>) {
        turn.cancel(thread.timers(), None);
        abandon(thread, turn);
    }
}

fn abandon(thread: &Thread, turn: &mut Turn<'_>) {
    let Some(visit) = &thread.visit else { return };
    if let (Awaits::Answer(attempt), StateKind::Task(task)) = (&visit.awaits, &thread.state(visit).kind) {
        task::abandon(task, attempt, turn);
    }
}
