//! An execution: the fold of everything that happened to it.
//!
//! Between two occurrences it either visits a state that waits for something, or has ended. Within one it runs from
//! state to state; the history limit bounds how far.

use std::sync::Arc;
use std::time::Duration;

use amends_asl::{StateIndex, StateKind, StateMachine, Transition};
use amends_types::Timestamp;
use serde_json::Value;

use super::context::Scope;
use super::failure::{Failure, Origin};
use super::identity::Identity;
use super::limits::MAX_EVENTS;
use super::occurrence::{Action, Input, Occurrence, Outcome, TimerId};
use super::task::{self, Answer};
use super::turn::{Counters, Turn};
use super::visit::{Awaits, Timer, Visit, Waiting};
use super::{catch, choice, data, fail, pass, retry, succeed, wait};
use crate::history::{Event, HistorySink};

/// One execution of a state machine.
#[derive(Debug, Clone)]
pub struct Execution {
    frame: Frame,
    counters: Counters,
    /// The state that it is in; none before the start and after the end.
    visit: Option<Visit>,
    outcome: Option<Outcome>,
}

/// What does not change once the execution has started.
#[derive(Debug, Clone)]
struct Frame {
    machine: Arc<StateMachine>,
    identity: Identity,
    input: Arc<Value>,
    started_at: Timestamp,
    /// For the machine's own time limit.
    limit: Option<Timer>,
}

/// What a state leads to.
pub(super) enum Flow {
    /// On to another state, or to the end.
    Leave { output: Arc<Value>, next: Transition },
    /// The end, as failed.
    Fail {
        error: Option<String>,
        cause: Option<String>,
    },
    /// Nothing, until then.
    Sleep { until: Timestamp },
    /// Nothing, until something else happens.
    Hold(Awaits),
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
        Self {
            frame,
            counters: Counters::default(),
            visit: None,
            outcome: None,
        }
    }

    /// Lets something happen, and appends what must be done next to `actions`.
    ///
    /// # Behaviour
    /// - What refers to a task or a timer that is no longer awaited changes nothing.
    /// - The same occurrences in the same order always give the same actions and the same history.
    pub fn apply(&mut self, occurrence: Occurrence, sink: &mut dyn HistorySink, actions: &mut Vec<Action>) {
        let mut turn = Turn::new(occurrence.at, occurrence.entropy, sink, actions);
        match occurrence.input {
            Input::Started { input } => self.start(Arc::new(input), &mut turn),
            Input::TaskSucceeded { task, output } => {
                self.answer(
                    Answer {
                        task,
                        result: Ok(output),
                    },
                    &mut turn,
                );
            }
            Input::TaskFailed { task, error, cause } => {
                let failure = Failure {
                    error,
                    cause: Some(cause),
                    origin: Origin::Attempt,
                };
                self.answer(
                    Answer {
                        task,
                        result: Err(failure),
                    },
                    &mut turn,
                );
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
        self.visit
            .as_ref()
            .map(|visit| &*self.frame.machine.state(visit.state).name)
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
            Awaits::Backoff { timer, error } => Some(Waiting::Retry {
                error,
                retries: visit.retry_count(),
                at: timer.at,
            }),
            Awaits::Time(timer) => Some(Waiting::Time { until: timer.at }),
        }
    }

    /// What is outstanding: after a restart, tasks to invoke again and timers to set again.
    pub fn pending(&self) -> Vec<Action> {
        let Some(visit) = &self.visit else {
            return Vec::new();
        };
        let timers = self.frame.limit.into_iter().chain(visit.awaits.timers());
        let mut actions: Vec<_> = timers
            .map(|timer| Action::SetTimer {
                timer: timer.id,
                at: timer.at,
            })
            .collect();
        if let (Awaits::Answer(attempt), StateKind::Task(task)) =
            (&visit.awaits, &self.frame.machine.state(visit.state).kind)
        {
            let scope = self.frame.scope(visit, attempt.since);
            actions.extend(task::invocation_again(task, attempt, &scope).map(Action::Invoke));
        }
        actions
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
        let is_awaited = |visit: &mut Visit| matches!(&visit.awaits, Awaits::Answer(attempt) if attempt.task == answer.task);
        let Some(visit) = self.visit.take_if(is_awaited) else {
            return;
        };
        turn.cancel(visit.awaits.timers(), None);
        let flow = match &self.frame.machine.state(visit.state).kind {
            StateKind::Task(task) => task::answered(
                task,
                answer,
                &self.frame.scope(&visit, turn.at),
                &mut self.counters,
                turn,
            ),
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
            (Awaits::Answer(attempt), StateKind::Task(task)) => Err(task::timed_out(
                task,
                attempt,
                timer,
                &scope,
                &mut self.counters,
                turn,
            )),
            (Awaits::Backoff { .. }, StateKind::Task(task)) => {
                task::enter(task, &scope, &mut self.counters, turn)
            }
            (Awaits::Time(_), StateKind::Wait(wait)) => wait::leave(wait, &scope),
            _ => return self.visit = Some(visit),
        };
        self.run(visit, flow, turn);
    }

    /// Goes on from a state until something has to be waited for.
    fn run(&mut self, mut visit: Visit, mut flow: Result<Flow, Failure>, turn: &mut Turn<'_>) {
        loop {
            if self.counters.is_full {
                return self.end_at_event_limit(turn);
            }
            let checked = flow.and_then(|flow| self.frame.check_output(flow, &visit, turn.at));
            let step = match checked.or_else(|failure| self.recover(&mut visit, failure, turn)) {
                Ok(step) => step,
                Err(failure) => return self.fail(&visit, failure, turn),
            };
            match step {
                Flow::Hold(awaits) => {
                    visit.awaits = awaits;
                    self.visit = Some(visit);
                    return;
                }
                Flow::Sleep { until } => {
                    visit.awaits = Awaits::Time(turn.set_timer(&mut self.counters, until));
                    self.visit = Some(visit);
                    return;
                }
                Flow::Fail { error, cause } => return self.end_failed(error, cause, turn),
                Flow::Leave { output, next } => {
                    self.record_exit(&visit, &output, turn);
                    match next {
                        Transition::End => return self.succeed(output, turn),
                        Transition::Next(next) => (visit, flow) = self.enter(next, output, turn),
                    }
                }
            }
        }
    }

    fn enter(
        &mut self,
        state: StateIndex,
        input: Arc<Value>,
        turn: &mut Turn<'_>,
    ) -> (Visit, Result<Flow, Failure>) {
        let entered = self.frame.machine.state(state);
        turn.record(&mut self.counters, || Event::StateEntered {
            state_type: entered.kind.type_name(),
            name: Arc::clone(&entered.name),
            input: Arc::clone(&input),
        });
        let visit = Visit {
            state,
            entered_at: turn.at,
            entered_event: self.counters.last_event(),
            input,
            retries: Vec::new(),
            awaits: Awaits::Nothing,
        };
        let scope = self.frame.scope(&visit, turn.at);
        let flow = match &entered.kind {
            StateKind::Task(task) => task::enter(task, &scope, &mut self.counters, turn),
            StateKind::Pass(pass) => pass::enter(pass, &scope),
            StateKind::Choice(choice) => choice::enter(choice, &scope),
            StateKind::Wait(wait) => wait::enter(wait, &scope),
            StateKind::Succeed => succeed::enter(&scope),
            StateKind::Fail(fail) => fail::enter(fail, &scope),
        };
        (visit, flow)
    }

    /// Retries or catches; the failure itself if neither is to be.
    fn recover(&mut self, visit: &mut Visit, failure: Failure, turn: &mut Turn<'_>) -> Result<Flow, Failure> {
        let StateKind::Task(task) = &self.frame.machine.state(visit.state).kind else {
            return Err(failure);
        };
        if let Some(delay) = retry::next_delay(&task.retry, &failure, &mut visit.retries, turn.entropy) {
            let timer = turn.set_timer(&mut self.counters, turn.at.plus(delay));
            return Ok(Flow::Hold(Awaits::Backoff {
                timer,
                error: failure.error,
            }));
        }
        let caught = catch::handle(&task.catch, &failure, &self.frame.scope(visit, turn.at));
        // An error while catching ends the execution: were it caught in its turn, that might have no end.
        caught
            .unwrap_or(Err(failure))
            .and_then(|flow| self.frame.check_output(flow, visit, turn.at))
    }

    fn record_exit(&mut self, visit: &Visit, output: &Arc<Value>, turn: &mut Turn<'_>) {
        let state = self.frame.machine.state(visit.state);
        turn.record(&mut self.counters, || Event::StateExited {
            state_type: state.kind.type_name(),
            name: Arc::clone(&state.name),
            output: Arc::clone(output),
        });
    }

    fn succeed(&mut self, output: Arc<Value>, turn: &mut Turn<'_>) {
        if self.counters.is_full {
            return self.end_at_event_limit(turn);
        }
        let event = {
            let output = Arc::clone(&output);
            || Event::ExecutionSucceeded { output }
        };
        self.end(
            Outcome::Succeeded {
                output: Value::clone(&output),
            },
            event,
            None,
            turn,
        );
    }

    fn fail(&mut self, visit: &Visit, failure: Failure, turn: &mut Turn<'_>) {
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
    fn end_at_event_limit(&mut self, turn: &mut Turn<'_>) {
        turn.drop_begun();
        let cause = format!("The execution reached the maximum number of history events ({MAX_EVENTS}).");
        self.end_failed(Some("States.Runtime".to_owned()), Some(cause), turn);
    }

    fn end_failed(&mut self, error: Option<String>, cause: Option<String>, turn: &mut Turn<'_>) {
        let event = {
            let (error, cause) = (error.clone(), cause.clone());
            || Event::ExecutionFailed { error, cause }
        };
        self.end(Outcome::Failed { error, cause }, event, None, turn);
    }

    fn end(
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

impl Frame {
    fn scope<'a>(&'a self, visit: &'a Visit, now: Timestamp) -> Scope<'a> {
        Scope {
            identity: &self.identity,
            execution_input: &self.input,
            started_at: self.started_at,
            state: self.machine.state(visit.state),
            visit,
            now,
        }
    }

    fn check_output(&self, flow: Flow, visit: &Visit, now: Timestamp) -> Result<Flow, Failure> {
        if let Flow::Leave { output, .. } = &flow {
            data::check_size(&self.scope(visit, now), output)?;
        }
        Ok(flow)
    }
}
