//! Threads that a Parallel or a Map state begins, and what their ends lead to.

use std::sync::Arc;

use amends_asl::{StateKind, Variables};
use amends_types::Timestamp;
use serde_json::Value;

use super::child;
use super::data::{self, Shape};
use super::execution::Execution;
use super::failure::{Failure, Origin};
use super::fork;
use super::map::EXPRESS_SECONDS;
use super::run::{Flow, Queue, Step};
use super::thread::{Item, Parent, Thread, ThreadId};
use super::turn::{Line, Turn};
use super::visit::{Awaits, Broken, Visit};
use crate::history::{Event, IterationEvent, MapRunEnd, MapRunNote};

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
            if let Some(child) = fork.take_kept(index) {
                thread.visit = Some(visit);
                self.threads.put(thread);
                self.redrive_child(child, queue, turn);
                continue;
            }
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
        let run = fork::of(visit)?.run();
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
        if let Some(run) = run {
            child::started(run, index, input, turn);
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
            child::succeeded(thread, &output, turn);
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
            thread.visit = Some(visit);
            return self.child_failed(vec![thread], parent, failure, queue, turn);
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
        let (outputs, run) = (Arc::new(fork.take_outputs()), fork.run_arn().cloned());
        visit.awaits = Awaits::Nothing;
        if let Some(arn) = run {
            turn.record(|| Event::MapRunSucceeded);
            turn.note(|| MapRunNote::Ended { arn, end: MapRunEnd::Succeeded });
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
        let Some(run) = fork::of(&mut visit).map(|fork| fork.run_arn().cloned()) else { return };
        let state = owner.state(&visit);
        let name = matches!(state.kind, StateKind::Map(_)).then(|| Arc::clone(&state.name));
        if run.is_some() {
            turn.line = owner.line.clone();
        }
        let recorded = name.as_ref().filter(|_| run.is_none());
        let mut threads = self.cut_below(owner.id, Some(recorded), turn);
        threads.extend(self.failed.take());
        visit.awaits = broken(&owner, visit.awaits, threads, turn);
        if let (Some(index), Some(name)) = (index, &name) {
            turn.record_aside(|| iteration(IterationEvent::Failed, name, index));
        }
        if let Some(arn) = run {
            let (error, cause) = (failure.error.clone(), failure.cause.clone());
            turn.record(|| Event::MapRunFailed { error, cause });
            turn.note(|| MapRunNote::Ended { arn, end: MapRunEnd::Failed });
        }
        owner.line = turn.line.clone();
        queue.push_back((owner.id, Step::Go { visit, flow: Err(failure) }));
        self.threads.put(owner);
    }

    /// Ends all threads that come from that one. With `recorded`, which names the Map state whose iterations they are,
    /// says of each what it was in; all of that follows what failed.
    pub(super) fn cut_below(
        &mut self,
        owner: ThreadId,
        recorded: Option<Option<&Arc<str>>>,
        turn: &mut Turn<'_>,
    ) -> Vec<Thread> {
        let cut = self.threads.take_below(owner);
        for thread in &cut {
            self.release(thread, turn);
            child::cut_run(thread, turn);
            let Some(parent) = thread.parent else { continue };
            if parent.is_child {
                child::aborted(thread, turn);
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

/// What a visit awaits whose fork has failed: nothing, and what is left of the fork is kept.
fn broken(owner: &Thread, awaits: Awaits, threads: Vec<Thread>, turn: &mut Turn<'_>) -> Awaits {
    let Awaits::Threads(mut fork) = awaits else { return awaits };
    let threads = child::fold_into(owner.id, &mut fork, threads, turn);
    Awaits::Broken(Box::new(Broken { fork: *fork, threads }))
}

fn iteration(event: IterationEvent, name: &Arc<str>, index: usize) -> Event {
    Event::Iteration { event, name: Arc::clone(name), index }
}
