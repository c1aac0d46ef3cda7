//! From state to state, until every thread waits for something.
//!
//! The history limit bounds how far: a machine that goes in circles ends there.

use std::collections::VecDeque;
use std::sync::Arc;

use amends_asl::{Catcher, Retrier, State, StateIndex, StateKind, Transition};
use amends_types::Timestamp;
use serde_json::{Map, Value};

use super::execution::Execution;
use super::failure::{Failure, Origin};
use super::fork::Fork;
use super::thread::{Thread, ThreadId};
use super::turn::Turn;
use super::visit::{Awaits, Visit};
use super::{catch, choice, data, fail, map, parallel, pass, retry, succeed, task, wait};
use crate::history::Event;

/// What a state leads to.
pub(super) enum Flow {
    /// On to another state, or to the end.
    Leave { output: Arc<Value>, assigned: Option<Map<String, Value>>, next: Transition },
    /// The end, as failed.
    Fail { error: Option<String>, cause: Option<String> },
    /// Nothing, until then.
    Sleep { until: Timestamp },
    /// Nothing, until something else happens.
    Hold(Awaits),
    /// Other threads.
    Fork(Box<Fork>),
}

/// What a thread is to do next.
pub(super) enum Step {
    /// Enter a state.
    Enter { state: StateIndex, input: Arc<Value> },
    /// Do what the state is for once more.
    Redo { visit: Visit },
    /// Go on from a state with what it has come to.
    Go { visit: Visit, flow: Result<Flow, Failure> },
}

/// What is to be done in this turn. A thread that is cut short before its turn comes is passed over.
pub(super) type Queue = VecDeque<(ThreadId, Step)>;

impl Execution {
    /// Goes on with a thread, and with all that follows from it, until every thread waits for something or the
    /// execution has ended.
    pub(super) fn run(&mut self, thread: Thread, step: Step, turn: &mut Turn<'_>) {
        let mut queue = Queue::from([(thread.id, step)]);
        self.threads.put(thread);
        self.run_queue(&mut queue, turn);
    }

    pub(super) fn run_queue(&mut self, queue: &mut Queue, turn: &mut Turn<'_>) {
        while let Some((id, step)) = queue.pop_front() {
            if self.outcome.is_some() {
                return;
            }
            if let Some(thread) = self.threads.take(id) {
                self.advance(thread, step, queue, turn);
            }
        }
    }

    fn advance(&mut self, mut thread: Thread, step: Step, queue: &mut Queue, turn: &mut Turn<'_>) {
        turn.line = thread.line.clone();
        let (mut visit, mut flow) = match step {
            Step::Enter { state, input } => enter(&thread, state, input, turn),
            Step::Redo { visit } => {
                let flow = work(&thread, &visit, turn);
                (visit, flow)
            }
            Step::Go { visit, flow } => (visit, flow),
        };
        loop {
            if turn.is_full() {
                return self.overflow(&thread, queue, turn);
            }
            let checked = flow.and_then(|flow| check_output(flow, &thread, &visit, turn.at));
            match checked.or_else(|failure| recover(&thread, &mut visit, failure, turn)) {
                Err(failure) => return self.thread_failed(thread, visit, failure, queue, turn),
                Ok(Flow::Fail { error, cause }) => {
                    let failure = Failure::attempt(error.unwrap_or_default(), cause);
                    return self.thread_failed(thread, visit, failure, queue, turn);
                }
                Ok(Flow::Hold(awaits)) => {
                    visit.awaits = awaits;
                    return self.park(thread, visit, turn);
                }
                Ok(Flow::Sleep { until }) => {
                    visit.awaits = Awaits::Time(turn.set_timer(until));
                    return self.park(thread, visit, turn);
                }
                Ok(Flow::Fork(fork)) => {
                    visit.awaits = Awaits::Threads(fork);
                    let (id, tip) = (thread.id, turn.line.tip);
                    self.park(thread, visit, turn);
                    return self.begin_threads(id, tip, queue, turn);
                }
                Ok(Flow::Leave { output, assigned, next }) => {
                    if let Err(failure) = assign(&mut thread, &visit, assigned.as_ref(), turn) {
                        flow = Err(failure);
                        continue;
                    }
                    record_exit(&thread, &visit, &output, assigned, turn);
                    match next {
                        Transition::End => return self.thread_succeeded(&thread, output, queue, turn),
                        Transition::Next(next) => (visit, flow) = enter(&thread, next, output, turn),
                    }
                }
            }
        }
    }

    fn park(&mut self, mut thread: Thread, visit: Visit, turn: &Turn<'_>) {
        thread.line = turn.line.clone();
        thread.visit = Some(visit);
        self.threads.put(thread);
    }
}

fn enter(
    thread: &Thread,
    state: StateIndex,
    input: Arc<Value>,
    turn: &mut Turn<'_>,
) -> (Visit, Result<Flow, Failure>) {
    let entered = thread.machine.state(state);
    turn.record_entry(|| Event::StateEntered {
        state_type: entered.kind.type_name(),
        name: Arc::clone(&entered.name),
        input: Arc::clone(&input),
    });
    let visit = Visit {
        state,
        entered_at: turn.at,
        entered_event: turn.line.tip,
        input,
        retries: Vec::new(),
        awaits: Awaits::Nothing,
    };
    let flow = work(thread, &visit, turn);
    (visit, flow)
}

/// Does what the state is for: when it is entered, and again at each retry.
pub(super) fn work(thread: &Thread, visit: &Visit, turn: &mut Turn<'_>) -> Result<Flow, Failure> {
    let scope = thread.scope(visit, turn.at);
    match &thread.state(visit).kind {
        StateKind::Task(task) => task::enter(task, scope, turn),
        StateKind::Parallel(parallel) => parallel::enter(parallel, &scope, turn),
        StateKind::Map(map) => map::enter(map, &scope, turn),
        StateKind::Pass(pass) => pass::enter(pass, &scope),
        StateKind::Choice(choice) => choice::enter(choice, &scope),
        StateKind::Wait(wait) => wait::enter(wait, &scope),
        StateKind::Succeed => succeed::enter(&scope),
        StateKind::Fail(fail) => fail::enter(fail, &scope),
    }
}

fn check_output(flow: Flow, thread: &Thread, visit: &Visit, now: Timestamp) -> Result<Flow, Failure> {
    if let Flow::Leave { output, .. } = &flow {
        data::check_size(&thread.scope(visit, now), output)?;
    }
    Ok(flow)
}

/// Retries or catches; the failure itself if neither is to be.
fn recover(
    thread: &Thread,
    visit: &mut Visit,
    mut failure: Failure,
    turn: &mut Turn<'_>,
) -> Result<Flow, Failure> {
    let state = thread.state(visit);
    record_evaluation(state, visit, &mut failure, turn);
    let (retriers, catchers) = handlers(state);
    if let Some(delay) = retry::next_delay(retriers, &failure, &mut visit.retries, turn.entropy) {
        let timer = turn.set_timer(turn.at.plus(delay));
        return Ok(Flow::Hold(Awaits::Backoff { timer, error: failure.error }));
    }
    let tip = turn.line.tip;
    record_state_failed(state, &failure, turn);
    let caught = catch::handle(catchers, &failure, &thread.scope(visit, turn.at));
    // An error while catching ends the thread: were it caught in its turn, that might have no end.
    let Some(caught) = caught else { return Err(failure) };
    caught.and_then(|flow| check_output(flow, thread, visit, turn.at)).map_err(|mut failure| {
        if failure.location.is_some() {
            turn.line.tip = tip;
            record_evaluation(state, visit, &mut failure, turn);
            record_state_failed(state, &failure, turn);
        }
        failure
    })
}

pub(super) fn handlers(state: &State) -> (&[Retrier], &[Catcher]) {
    match &state.kind {
        StateKind::Task(task) => (&task.retry, &task.catch),
        StateKind::Parallel(parallel) => (&parallel.retry, &parallel.catch),
        StateKind::Map(map) => (&map.retry, &map.catch),
        _ => (&[], &[]),
    }
}

fn record_evaluation(state: &State, visit: &Visit, failure: &mut Failure, turn: &mut Turn<'_>) {
    let Some(location) = failure.location.take() else { return };
    let is_later_step = matches!(state.kind, StateKind::Wait(_));
    turn.record_evaluation(visit, is_later_step, || Event::EvaluationFailed {
        state: Arc::clone(&state.name),
        location,
        error: failure.error.clone(),
        cause: failure.cause.clone(),
    });
}

fn record_state_failed(state: &State, failure: &Failure, turn: &mut Turn<'_>) {
    let is_fork = matches!(state.kind, StateKind::Parallel(_) | StateKind::Map(_));
    if is_fork && failure.origin != Origin::Runtime {
        turn.record(|| Event::StateFailed { state_type: state.kind.type_name() });
    }
}

/// Sets the variables, all or none.
fn assign(
    thread: &mut Thread,
    visit: &Visit,
    assigned: Option<&Map<String, Value>>,
    turn: &Turn<'_>,
) -> Result<(), Failure> {
    let Some(values) = assigned else { return Ok(()) };
    let set = thread.variables.assign(values.clone());
    set.map_err(|error| Failure::runtime(&thread.scope(visit, turn.at), error))
}

fn record_exit(
    thread: &Thread,
    visit: &Visit,
    output: &Arc<Value>,
    assigned: Option<Map<String, Value>>,
    turn: &mut Turn<'_>,
) {
    let state = thread.state(visit);
    turn.record(|| Event::StateExited {
        state_type: state.kind.type_name(),
        name: Arc::clone(&state.name),
        output: Arc::clone(output),
        assigned: assigned.map(Arc::new),
    });
}
