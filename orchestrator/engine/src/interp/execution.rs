//! An execution: the fold of everything that happened to it.
//!
//! Between two occurrences it either visits a state that waits for something, or has ended. Within one it runs from
//! state to state; the history limit bounds how far.

use std::sync::Arc;
use std::time::Duration;

use amends_asl::{StateKind, StateMachine};
use amends_types::Timestamp;
use serde_json::Value;

use super::failure::{Failure, Origin};
use super::frame::Frame;
use super::identity::Identity;
use super::occurrence::{Action, Input, Occurrence, Outcome, TaskId, TimerId};
use super::task::{self, Answer};
use super::turn::{Counters, Turn};
use super::visit::{Awaits, Visit, Waiting};
use super::wait;
use crate::history::{Event, HistorySink};

/// One execution of a state machine.
#[derive(Debug, Clone)]
pub struct Execution {
    pub(super) frame: Frame,
    pub(super) counters: Counters,
    /// The state that it is in; none before the start and after the end.
    pub(super) visit: Option<Visit>,
    pub(super) outcome: Option<Outcome>,
}

impl Execution {
    /// An execution that waits for [`Input::Started`].
    pub fn new(machine: Arc<StateMachine>, identity: Identity) -> Self {
        let frame = Frame {
            machine,
            identity,
            input: Arc::new(Value::Null),
            started_at: Timestamp::default(),
            limit: None,
        };
        Self { frame, counters: Counters::default(), visit: None, outcome: None }
    }

    /// Lets something happen, and appends what must be done next to `actions`.
    ///
    /// - What refers to a task or a timer that is no longer awaited changes nothing.
    /// - The same occurrences in the same order always give the same actions and the same history.
    pub fn apply(&mut self, occurrence: Occurrence, sink: &mut dyn HistorySink, actions: &mut Vec<Action>) {
        let mut turn = Turn::new(occurrence.at, occurrence.entropy, sink, actions);
        match occurrence.input {
            Input::Started { input } => self.start(Arc::new(input), &mut turn),
            Input::TaskSucceeded { task, output } => {
                self.answer(Answer { task, result: Ok(output) }, &mut turn);
            }
            Input::TaskFailed { task, error, cause } => {
                let failure = Failure { error, cause: Some(cause), origin: Origin::Attempt };
                self.answer(Answer { task, result: Err(failure) }, &mut turn);
            }
            Input::TaskHeartbeat { task } => {
                if let Some(visit) = &mut self.visit {
                    task::heartbeat(visit, task, &mut self.counters, &mut turn);
                }
            }
            Input::TimerFired { timer } => self.fire(timer, &mut turn),
            Input::Stopped { error, cause } => {
                if self.visit.is_some() {
                    let event = {
                        let (error, cause) = (error.clone(), cause.clone());
                        || Event::ExecutionAborted { error, cause }
                    };
                    self.end(Outcome::Aborted { error, cause }, event, None, &mut turn);
                }
            }
        }
    }

    /// How it ended, if it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// The name of the state that it is in.
    pub fn current_state(&self) -> Option<&str> {
        self.visit.as_ref().map(|visit| &*self.frame.machine.state(visit.state).name)
    }

    /// What it waits for, for people.
    pub fn waiting(&self) -> Option<Waiting<'_>> {
        let visit = self.visit.as_ref()?;
        match &visit.awaits {
            Awaits::Nothing => None,
            Awaits::Answer(attempt) => match &self.frame.machine.state(visit.state).kind {
                StateKind::Task(task) => Some(Waiting::Task {
                    resource: &task.resource.arn,
                    retries: visit.retry_count(),
                    since: attempt.since,
                    until: visit.awaits.timers().map(|timer| timer.at).min(),
                }),
                _ => None,
            },
            Awaits::Backoff { timer, error } => {
                Some(Waiting::Retry { error, retries: visit.retry_count(), at: timer.at })
            }
            Awaits::Time(timer) => Some(Waiting::Time { until: timer.at }),
        }
    }

    /// What is outstanding: after a restart, tasks to invoke again and timers to set again.
    pub fn pending(&self) -> Vec<Action> {
        let Some(visit) = &self.visit else {
            return Vec::new();
        };
        let timers = self.frame.limit.into_iter().chain(visit.awaits.timers());
        let mut actions: Vec<_> =
            timers.map(|timer| Action::SetTimer { timer: timer.id, at: timer.at }).collect();
        if let (Awaits::Answer(attempt), StateKind::Task(task)) =
            (&visit.awaits, &self.frame.machine.state(visit.state).kind)
        {
            let scope = self.frame.scope(visit, attempt.since);
            actions.extend(task::invocation_again(task, attempt, &scope).map(Action::Invoke));
        }
        actions
    }

    /// Whether the answer to this attempt would still change anything.
    pub(crate) fn awaits(&self, task: TaskId) -> bool {
        self.visit.as_ref().is_some_and(|visit| visit.awaits.answer_of(task))
    }

    /// How many events its history has so far.
    pub fn event_count(&self) -> u32 {
        self.counters.last_event()
    }

    /// When it started; the beginning of time if it has not.
    pub fn started_at(&self) -> Timestamp {
        self.frame.started_at
    }

    /// Its input; null if it has not started.
    pub fn input(&self) -> &Value {
        &self.frame.input
    }

    fn start(&mut self, input: Arc<Value>, turn: &mut Turn<'_>) {
        if self.visit.is_some() || self.outcome.is_some() {
            return;
        }
        self.frame.input = Arc::clone(&input);
        self.frame.started_at = turn.at;
        let event = || Event::ExecutionStarted {
            input: Arc::clone(&input),
            role_arn: Arc::clone(&self.frame.identity.role_arn),
        };
        turn.record(&mut self.counters, event);
        if let Some(seconds) = self.frame.machine.timeout_seconds() {
            let at = turn.at.plus(Duration::from_secs(u64::from(seconds)));
            self.frame.limit = Some(turn.set_timer(&mut self.counters, at));
        }
        let (visit, flow) = self.enter(self.frame.machine.start(), input, turn);
        self.run(visit, flow, turn);
    }

    fn answer(&mut self, answer: Answer, turn: &mut Turn<'_>) {
        let is_awaited = |visit: &mut Visit| visit.awaits.answer_of(answer.task);
        let Some(visit) = self.visit.take_if(is_awaited) else {
            return;
        };
        turn.cancel(visit.awaits.timers(), None);
        let flow = match &self.frame.machine.state(visit.state).kind {
            StateKind::Task(task) => {
                task::answered(task, answer, &self.frame.scope(&visit, turn.at), &mut self.counters, turn)
            }
            _ => return self.visit = Some(visit),
        };
        self.run(visit, flow, turn);
    }

    fn fire(&mut self, timer: TimerId, turn: &mut Turn<'_>) {
        if self.frame.limit.is_some_and(|limit| limit.id == timer) && self.visit.is_some() {
            return self.end(Outcome::TimedOut, || Event::ExecutionTimedOut, Some(timer), turn);
        }
        let is_awaited = |visit: &mut Visit| visit.awaits.timers().any(|each| each.id == timer);
        let Some(visit) = self.visit.take_if(is_awaited) else {
            return;
        };
        turn.cancel(visit.awaits.timers(), Some(timer));
        let scope = self.frame.scope(&visit, turn.at);
        let flow = match (&visit.awaits, &scope.state.kind) {
            (Awaits::Answer(attempt), StateKind::Task(task)) => {
                Err(task::timed_out(task, attempt, timer, &scope, &mut self.counters, turn))
            }
            (Awaits::Backoff { .. }, StateKind::Task(task)) => {
                task::enter(task, &scope, &mut self.counters, turn)
            }
            (Awaits::Time(_), StateKind::Wait(wait)) => wait::leave(wait, &scope),
            _ => return self.visit = Some(visit),
        };
        self.run(visit, flow, turn);
    }
}
