//! From state to state, until something has to be waited for.
//!
//! The history limit bounds how far: a machine that goes in circles ends there.

use std::sync::Arc;

use amends_asl::{StateIndex, StateKind, Transition};
use amends_types::Timestamp;
use serde_json::Value;

use super::execution::Execution;
use super::failure::Failure;
use super::turn::Turn;
use super::visit::{Awaits, Visit};
use super::{catch, choice, fail, pass, retry, succeed, task, unsupported, wait};
use crate::history::Event;

/// What a state leads to.
pub(super) enum Flow {
    /// On to another state, or to the end.
    Leave { output: Arc<Value>, next: Transition },
    /// The end, as failed.
    Fail { error: Option<String>, cause: Option<String> },
    /// Nothing, until then.
    Sleep { until: Timestamp },
    /// Nothing, until something else happens.
    Hold(Awaits),
}

impl Execution {
    /// Goes on from a state until something has to be waited for.
    pub(super) fn run(&mut self, mut visit: Visit, mut flow: Result<Flow, Failure>, turn: &mut Turn<'_>) {
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

    pub(super) fn enter(
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
        let flow = unsupported::check(entered).and_then(|()| match &entered.kind {
            StateKind::Task(task) => task::enter(task, &scope, &mut self.counters, turn),
            StateKind::Pass(pass) => pass::enter(pass, &scope),
            StateKind::Choice(choice) => choice::enter(choice, &scope),
            StateKind::Wait(wait) => wait::enter(wait, &scope),
            StateKind::Succeed => succeed::enter(&scope),
            StateKind::Fail(fail) => fail::enter(fail, &scope),
            StateKind::Parallel(_) | StateKind::Map(_) => Err(Failure::runtime("not supported yet")),
        });
        (visit, flow)
    }

    /// Retries or catches; the failure itself if neither is to be.
    pub(super) fn recover(
        &mut self,
        visit: &mut Visit,
        failure: Failure,
        turn: &mut Turn<'_>,
    ) -> Result<Flow, Failure> {
        let StateKind::Task(task) = &self.frame.machine.state(visit.state).kind else {
            return Err(failure);
        };
        if let Some(delay) = retry::next_delay(&task.retry, &failure, &mut visit.retries, turn.entropy) {
            let timer = turn.set_timer(&mut self.counters, turn.at.plus(delay));
            return Ok(Flow::Hold(Awaits::Backoff { timer, error: failure.error }));
        }
        let caught = catch::handle(&task.catch, &failure, &self.frame.scope(visit, turn.at));
        // An error while catching ends the execution: were it caught in its turn, that might have no end.
        caught.unwrap_or(Err(failure)).and_then(|flow| self.frame.check_output(flow, visit, turn.at))
    }

    pub(super) fn record_exit(&mut self, visit: &Visit, output: &Arc<Value>, turn: &mut Turn<'_>) {
        let state = self.frame.machine.state(visit.state);
        turn.record(&mut self.counters, || Event::StateExited {
            state_type: state.kind.type_name(),
            name: Arc::clone(&state.name),
            output: Arc::clone(output),
        });
    }
}
