//! Threads that a Parallel or a Map state begins, and what their ends lead to.

use std::sync::Arc;

use amends_asl::{StateKind, Variables};
use amends_types::Timestamp;
use serde_json::Value;

use super::data::{self, Shape};
use super::execution::Execution;
use super::failure::{Failure, Origin};
use super::fork;
use super::limits::MAX_EVENTS;
use super::map::EXPRESS_SECONDS;
use super::run::{Flow, Queue, Step};
use super::thread::{Item, Parent, Thread, ThreadId};
use super::turn::{Line, Turn};
use super::visit::{Awaits, Broken, Visit};
use crate::history::{Event, IterationEvent};

impl Execution {
    /// Begins as many threads of the fork that this one waits for as may run at once. The first events of those that
    /// share its history follow `tip`.
    pub(super) fn begin_threads(
        &mut self,
        owner: ThreadId,
        tip: u32,
        queue: &mut Queue,
        turn: &mut Turn<'_>,
    ) {
        loop {
            let Some(mut thread) = self.threads.take(owner) else { return };
            let Some(mut visit) = thread.visit.take() else { return self.threads.put(thread) };
            let Some(fork) = fork::of(&mut visit) else { return };
            let Some(index) = fork.begin() else {
                if fork.is_done() {
                    thread.line.tip = tip;
                    return self.complete(thread, visit, queue, turn);
                }
                thread.visit = Some(visit);
                return self.threads.put(thread);
            };
            match given(&thread, &mut visit, index, turn.at) {
                Ok((input, item)) => {
                    let begun = self.begin(&thread, &mut visit, (index, tip), (&input, item), turn);
                    thread.visit = Some(visit);
                    self.threads.put(thread);
                    let Some(begun) = begun else { return };
                    let state = begun.machine.start();
                    queue.push_back((begun.id, Step::Enter { state, input }));
                    self.threads.put(begun);
                }
                Err(failure) => {
                    turn.line = thread.line.from(tip);
                    return self.fork_failed(thread, visit, None, failure, queue, turn);
                }
            }
        }
    }

    /// A thread of a fork, before it enters its first state.
    fn begin(
        &mut self,
        owner: &Thread,
        visit: &mut Visit,
        (index, tip): (usize, u32),
        (input, item): (&Arc<Value>, Option<Arc<Item>>),
        turn: &mut Turn<'_>,
    ) -> Option<Thread> {
        let state = owner.state(visit);
        let machine = Arc::clone(fork::machine(state, index)?);
        let run = fork::of(visit)?.items().and_then(|items| items.run.as_ref());
        let parent = Some(Parent { thread: owner.id, index, is_child: run.is_some() });
        let id = self.threads.next_id();
        let (line, variables, mut limit) = match run {
            None => (owner.line.from(tip), owner.variables.inner(), None),
            Some(run) => {
                let lane = turn.counters.open_lane();
                let frame = Arc::new(run.child(owner.frame(), index, lane, input, turn));
                let limit = run.is_express.then_some(EXPRESS_SECONDS);
                (Line::new(frame), Variables::default(), limit)
            }
        };
        turn.line = line;
        if parent.is_some_and(|parent| parent.is_child) {
            let role_arn = Arc::clone(&turn.line.frame.identity.role_arn);
            turn.record_aside(|| Event::ExecutionStarted { input: Arc::clone(input), role_arn });
        } else if matches!(state.kind, StateKind::Map(_)) {
            turn.record(|| iteration(IterationEvent::Started, &state.name, index));
        }
        let limit =
            limit.take().map(|seconds| turn.set_timer(turn.at.plus(std::time::Duration::from_secs(seconds))));
        let item = item.or_else(|| owner.item.clone().filter(|_| run.is_none()));
        let line = turn.line.clone();
        Some(Thread { id, parent, machine, variables, item, line, limit, visit: None })
    }

    /// A thread has reached its end.
    pub(super) fn thread_succeeded(
        &mut self,
        thread: &Thread,
        output: Arc<Value>,
        queue: &mut Queue,
        turn: &mut Turn<'_>,
    ) {
        let Some(parent) = thread.parent else { return self.succeed(output, turn) };
        turn.cancel(thread.limit.into_iter(), None);
        if parent.is_child {
            if turn.is_full() {
                return self.overflow(thread, queue, turn);
            }
            turn.record_end(|| Event::ExecutionSucceeded { output: Arc::clone(&output) });
            turn.counters.close_lane(thread.frame().lane);
        }
        self.joined(parent, Ok(output), queue, turn);
    }

    /// A thread has failed, and nothing in it handles that.
    pub(super) fn thread_failed(
        &mut self,
        mut thread: Thread,
        visit: Visit,
        failure: Failure,
        queue: &mut Queue,
        turn: &mut Turn<'_>,
    ) {
        let Some(parent) = thread.parent else {
            thread.visit = Some(visit);
            self.failed = Some(thread);
            return self.fail(failure, turn);
        };
        if parent.is_child {
            return self.child_failed(&thread, parent, failure, queue, turn);
        }
        let is_runtime = failure.origin == Origin::Runtime;
        let is_task = matches!(thread.state(&visit).kind, StateKind::Task(_));
        thread.visit = Some(visit);
        if is_runtime && !self.is_tolerant(parent.thread) {
            self.failed = Some(thread.clone());
            return self.lane_failed(&thread, failure, queue, turn);
        }
        if is_task && !is_runtime {
            turn.record_aside(|| Event::StateAborted { state_type: "Task" });
        }
        self.failed = Some(thread);
        self.joined(parent, Err(failure), queue, turn);
    }

    /// A child execution of a distributed Map has failed.
    fn child_failed(
        &mut self,
        thread: &Thread,
        parent: Parent,
        failure: Failure,
        queue: &mut Queue,
        turn: &mut Turn<'_>,
    ) {
        turn.cancel(thread.limit.into_iter(), None);
        let (error, cause) = (failure.named(), failure.cause.clone());
        turn.record_end(|| Event::ExecutionFailed { error, cause });
        turn.counters.close_lane(thread.frame().lane);
        self.joined(parent, Err(failure), queue, turn);
    }

    /// An Express child has run for as long as it may.
    pub(super) fn child_timed_out(&mut self, thread: &Thread, turn: &mut Turn<'_>) {
        let Some(parent) = thread.parent else { return };
        turn.line = thread.line.clone();
        self.release(thread, turn);
        self.cut_below(thread.id, None, turn);
        turn.record_end(|| Event::ExecutionTimedOut);
        turn.counters.close_lane(thread.frame().lane);
        let mut queue = Queue::new();
        self.joined(parent, Err(Failure::timeout(Origin::Timeout)), &mut queue, turn);
        self.run_queue(&mut queue, turn);
    }

    /// What nothing handles ends the execution that the thread is of: the whole, or a child of a distributed Map.
    fn lane_failed(&mut self, thread: &Thread, failure: Failure, queue: &mut Queue, turn: &mut Turn<'_>) {
        let mut parent = thread.parent;
        while let Some(above) = parent {
            if above.is_child {
                return;
            }
            let Some(owner) = self.threads.get(above.thread) else { return };
            match owner.parent {
                Some(of) if of.is_child => {
                    let Some(owner) = self.threads.take(above.thread) else { return };
                    self.cut_below(owner.id, None, turn);
                    return self.child_failed(&owner, of, failure, queue, turn);
                }
                next => parent = next,
            }
        }
        self.fail(failure, turn);
    }

    /// A history is full: the execution that it is of ends, whatever was to come.
    pub(super) fn overflow(&mut self, thread: &Thread, queue: &mut Queue, turn: &mut Turn<'_>) {
        let child = thread.parent.filter(|parent| parent.is_child);
        let is_own = thread.frame().child_arn().is_none();
        if is_own {
            return self.end_at_event_limit(turn);
        }
        let cause = format!("The execution reached the maximum number of history events ({MAX_EVENTS}).");
        let failure = Failure { origin: Origin::Runtime, ..Failure::attempt("States.Runtime", Some(cause)) };
        match child {
            Some(parent) => self.child_failed(thread, parent, failure, queue, turn),
            None => self.lane_failed(thread, failure, queue, turn),
        }
    }

    fn is_tolerant(&self, owner: ThreadId) -> bool {
        let visit = self.threads.get(owner).and_then(|thread| thread.visit.as_ref());
        visit.is_some_and(|visit| match &visit.awaits {
            Awaits::Threads(fork) => fork.tolerance().is_some(),
            _ => false,
        })
    }

    /// A thread of a fork has ended; `turn` writes where it has written.
    pub(super) fn joined(
        &mut self,
        parent: Parent,
        result: Result<Arc<Value>, Failure>,
        queue: &mut Queue,
        turn: &mut Turn<'_>,
    ) {
        let Some(mut owner) = self.threads.take(parent.thread) else { return };
        let Some(mut visit) = owner.visit.take() else { return self.threads.put(owner) };
        let name = Arc::clone(&owner.state(&visit).name);
        let is_iteration = matches!(owner.state(&visit).kind, StateKind::Map(_)) && !parent.is_child;
        let Some(fork) = fork::of(&mut visit) else { return };
        let tip = if parent.is_child { owner.line.tip } else { turn.line.tip };
        let event = match result {
            Ok(output) => {
                fork.succeeded(parent.index, output);
                Some(IterationEvent::Succeeded)
            }
            Err(failure) => {
                let is_runtime = failure.origin == Origin::Runtime;
                if let Some(failure) = fork.failed(failure) {
                    let index = (is_iteration && !is_runtime).then_some(parent.index);
                    return self.fork_failed(owner, visit, index, failure, queue, turn);
                }
                (!is_runtime).then_some(IterationEvent::Failed)
            }
        };
        let end = event
            .filter(|_| is_iteration)
            .and_then(|event| turn.record_aside(|| iteration(event, &name, parent.index)));
        // It was tolerated.
        self.failed = None;
        if fork::of(&mut visit).is_some_and(|fork| fork.is_done()) {
            owner.line.tip = end.unwrap_or(tip);
            return self.complete(owner, visit, queue, turn);
        }
        let id = owner.id;
        owner.visit = Some(visit);
        self.threads.put(owner);
        self.begin_threads(id, tip, queue, turn);
    }

    /// All threads of a fork have ended, and not too many failed.
    fn complete(&mut self, mut owner: Thread, mut visit: Visit, queue: &mut Queue, turn: &mut Turn<'_>) {
        turn.line = owner.line.clone();
        let Some(fork) = fork::of(&mut visit) else { return };
        let (outputs, is_run) = (Arc::new(fork.take_outputs()), fork.run_arn().is_some());
        visit.awaits = Awaits::Nothing;
        if is_run {
            turn.record(|| Event::MapRunSucceeded);
        }
        let state_type = owner.state(&visit).kind.type_name();
        turn.record_aside(|| Event::StateSucceeded { state_type });
        owner.line = turn.line.clone();
        let flow = leave(&owner, &visit, outputs, turn.at);
        queue.push_back((owner.id, Step::Go { visit, flow }));
        self.threads.put(owner);
    }

    /// A fork has failed: what is left of it is cut short, and its state goes on with the failure. `turn` writes where
    /// the thread that failed has written.
    pub(super) fn fork_failed(
        &mut self,
        mut owner: Thread,
        mut visit: Visit,
        index: Option<usize>,
        failure: Failure,
        queue: &mut Queue,
        turn: &mut Turn<'_>,
    ) {
        let awaits = std::mem::replace(&mut visit.awaits, Awaits::Nothing);
        let Awaits::Threads(fork) = awaits else { return };
        let run = fork.run_arn().cloned();
        let state = owner.state(&visit);
        let name = matches!(state.kind, StateKind::Map(_)).then(|| Arc::clone(&state.name));
        if run.is_some() {
            turn.line = owner.line.clone();
        }
        let recorded = name.as_ref().filter(|_| run.is_none());
        let mut threads = self.cut_below(owner.id, Some(recorded), turn);
        threads.extend(self.failed.take());
        visit.awaits = Awaits::Broken(Box::new(Broken::new(owner.id, *fork, threads)));
        let state = owner.state(&visit);
        let name = matches!(state.kind, StateKind::Map(_)).then(|| Arc::clone(&state.name));
        if let (Some(index), Some(name)) = (index, &name) {
            turn.record_aside(|| iteration(IterationEvent::Failed, name, index));
        }
        if run.is_some() {
            let (error, cause) = (failure.error.clone(), failure.cause.clone());
            turn.record(|| Event::MapRunFailed { error, cause });
        }
        owner.line = turn.line.clone();
        queue.push_back((owner.id, Step::Go { visit, flow: Err(failure) }));
        self.threads.put(owner);
    }

    /// Ends all threads that come from that one. With `recorded`, which names the Map state whose iterations they are,
    /// says of each what it was in; all of that follows what failed.
    fn cut_below(
        &mut self,
        owner: ThreadId,
        recorded: Option<Option<&Arc<str>>>,
        turn: &mut Turn<'_>,
    ) -> Vec<Thread> {
        let cut = self.threads.take_below(owner);
        for thread in &cut {
            self.release(thread, turn);
            let Some(parent) = thread.parent else { continue };
            if parent.is_child {
                let line = std::mem::replace(&mut turn.line, thread.line.clone());
                turn.record_end(|| Event::ExecutionAborted { error: None, cause: None });
                turn.line = line;
                turn.counters.close_lane(thread.frame().lane);
                continue;
            }
            let Some(map) = recorded.filter(|_| parent.thread == owner) else { continue };
            if let Some(name) = map {
                turn.record_aside(|| iteration(IterationEvent::Aborted, name, parent.index));
            }
            if let Some(visit) = &thread.visit {
                let state_type = thread.state(visit).kind.type_name();
                turn.record_aside(|| Event::StateAborted { state_type });
            }
        }
        cut
    }
}

/// What the thread is to be given, and its item.
fn given(
    owner: &Thread,
    visit: &mut Visit,
    index: usize,
    now: Timestamp,
) -> Result<(Arc<Value>, Option<Arc<Item>>), Failure> {
    // Taken out, so that the visit can be looked at meanwhile.
    let awaits = std::mem::replace(&mut visit.awaits, Awaits::Nothing);
    let scope = owner.scope(visit, now);
    let given = match (&awaits, &scope.state.kind) {
        (Awaits::Threads(fork), StateKind::Map(map)) => {
            fork.items().map(|items| items.given(map, index, &scope))
        }
        (Awaits::Threads(fork), _) => fork.branch_input().map(|input| Ok((Arc::clone(input), None))),
        _ => None,
    };
    visit.awaits = awaits;
    given.unwrap_or_else(|| Ok((Arc::new(Value::Null), None)))
}

fn leave(owner: &Thread, visit: &Visit, outputs: Arc<Value>, now: Timestamp) -> Result<Flow, Failure> {
    let scope = owner.scope(visit, now);
    let (shape, next) = match &scope.state.kind {
        StateKind::Parallel(parallel) => {
            let result_selector = parallel.result_selector.as_ref();
            (Shape { result_selector, result_path: &parallel.result_path }, parallel.next)
        }
        StateKind::Map(map) => {
            let result_selector = map.result_selector.as_ref();
            (Shape { result_selector, result_path: &map.result_path }, map.next)
        }
        _ => return data::leave(&scope, amends_asl::Transition::End),
    };
    data::leave_with(&scope, outputs, shape, next)
}

fn iteration(event: IterationEvent, name: &Arc<str>, index: usize) -> Event {
    Event::Iteration { event, name: Arc::clone(name), index }
}
