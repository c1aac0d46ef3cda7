//! Child executions of a distributed Map: their ends, and what is kept of one that may go on when all is redriven.

use std::sync::Arc;

use serde_json::Value;

use super::execution::Execution;
use super::failure::{Failure, Origin};
use super::fork::Fork;
use super::frame::Frame;
use super::limits::MAX_EVENTS;
use super::map::{MapRun, MapRunUpdate};
use super::occurrence::Outcome;
use super::run::Queue;
use super::thread::{Kept, Parent, Thread, ThreadId};
use super::turn::{Line, Turn};
use super::visit::Awaits;
use crate::history::{Event, MapRunEnd, MapRunNote};

/// Records the start of a child, whose line is the turn's.
pub(super) fn started(run: &MapRun, index: usize, input: &Arc<Value>, turn: &mut Turn<'_>) {
    let identity = turn.line.frame.identity.clone();
    turn.record_aside(|| Event::ExecutionStarted { input: Arc::clone(input), role_arn: identity.role_arn });
    let (run, input) = (Arc::clone(&run.arn), Arc::clone(input));
    turn.note(|| MapRunNote::ChildStarted { run, index, arn: identity.execution_arn, input });
}

/// Records that a child ended well; `turn` writes where it has written.
pub(super) fn succeeded(thread: &Thread, output: &Arc<Value>, turn: &mut Turn<'_>) {
    turn.record_end(|| Event::ExecutionSucceeded { output: Arc::clone(output) });
    ended(thread, || Outcome::Succeeded { output: Value::clone(output) }, turn);
    turn.counters.close_lane(thread.frame().lane);
}

/// Records that a child was cut short. Its history stays open, for [`fold`] to close.
pub(super) fn aborted(thread: &Thread, turn: &mut Turn<'_>) {
    let line = std::mem::replace(&mut turn.line, thread.line.clone());
    turn.record_end(|| Event::ExecutionAborted { error: None, cause: None });
    ended(thread, || Outcome::Aborted { error: None, cause: None }, turn);
    turn.line = line;
}

fn ended(thread: &Thread, outcome: impl FnOnce() -> Outcome, turn: &mut Turn<'_>) {
    let arn = &thread.frame().identity.execution_arn;
    turn.note(|| MapRunNote::ChildEnded { arn: Arc::clone(arn), outcome: outcome() });
}

/// If a thread that is cut short waits for a map run, that is over too.
pub(super) fn cut_run(thread: &Thread, turn: &mut Turn<'_>) {
    if let Some(Awaits::Threads(fork)) = thread.visit.as_ref().map(|visit| &visit.awaits)
        && let Some(arn) = fork.run_arn()
    {
        turn.note(|| MapRunNote::Ended { arn: Arc::clone(arn), end: MapRunEnd::Aborted });
    }
}

/// Puts the children among those threads where they are to be kept: with the fork that began them. What is left are
/// threads that share their history with what they come from, in their order. One that was between two states is not
/// kept, and begins anew.
pub(super) fn fold(mut threads: Vec<Thread>, turn: &mut Turn<'_>) -> Vec<Thread> {
    threads.retain(|thread| thread.visit.is_some());
    threads.sort_by_key(|thread| thread.id);
    // From the last: what comes from a child is numbered later.
    let mut place = threads.len();
    while place > 0 {
        place -= 1;
        let Some(parent) = threads[place].parent.filter(|parent| parent.is_child) else { continue };
        let Some(owner) = threads.iter().position(|thread| thread.id == parent.thread) else { continue };
        let child = take_family(&mut threads, place, turn);
        let awaits = threads[owner].visit.as_mut().map(|visit| &mut visit.awaits);
        match awaits {
            Some(Awaits::Threads(fork)) => keep(fork, parent.index, child),
            Some(Awaits::Broken(broken)) => keep(&mut broken.fork, parent.index, child),
            _ => {}
        }
    }
    threads
}

/// As [`fold`], where the owner of some of them is not among them, but at hand.
pub(super) fn fold_into(
    owner: ThreadId,
    fork: &mut Fork,
    threads: Vec<Thread>,
    turn: &mut Turn<'_>,
) -> Vec<Thread> {
    let mut threads = fold(threads, turn);
    let is_own = |thread: &Thread| thread.parent.filter(|of| of.is_child && of.thread == owner);
    while let Some((place, parent)) =
        threads.iter().enumerate().rev().find_map(|(place, thread)| Some((place, is_own(thread)?)))
    {
        let child = take_family(&mut threads, place, turn);
        keep(fork, parent.index, child);
    }
    threads
}

/// Takes a child out, and all that come from it.
fn take_family(threads: &mut Vec<Thread>, place: usize, turn: &mut Turn<'_>) -> Kept {
    let mut family = vec![threads.remove(place)];
    let mut later = threads.split_off(place).into_iter();
    for thread in later.by_ref() {
        let is_below = thread.parent.is_some_and(|parent| family.iter().any(|each| each.id == parent.thread));
        if is_below { family.push(thread) } else { threads.push(thread) }
    }
    let tally = turn.counters.close_lane(family[0].frame().lane);
    Kept { threads: family, tally }
}

/// Express children begin anew.
fn keep(fork: &mut Fork, index: usize, child: Kept) {
    if fork.run().is_some_and(|run| !run.is_express) {
        fork.keep(index, child);
    }
}

impl Execution {
    /// A child has failed: `family` is it and what came from it. `turn` writes where it has written.
    pub(super) fn child_failed(
        &mut self,
        family: Vec<Thread>,
        parent: Parent,
        failure: Failure,
        queue: &mut Queue,
        turn: &mut Turn<'_>,
    ) {
        let Some(thread) = family.first() else { return };
        turn.cancel(thread.limit.into_iter(), None);
        let (error, cause) = (failure.named(), failure.cause.clone());
        turn.line.frame = Arc::clone(thread.frame());
        let event = Event::ExecutionFailed { error: error.clone(), cause: cause.clone() };
        turn.record_end(|| event);
        ended(thread, || Outcome::Failed { error, cause }, turn);
        if let Some(fork) = self.threads.fork_mut(parent.thread) {
            // Nothing is left: they all come from the child.
            fold_into(parent.thread, fork, family, turn);
        }
        self.joined(parent, Err(failure), queue, turn);
    }

    /// An Express child has run for as long as it may, or somebody stopped a child.
    pub(super) fn child_cut(&mut self, thread: Thread, outcome: Outcome, turn: &mut Turn<'_>) {
        let Some(parent) = thread.parent else { return };
        turn.line = thread.line.clone();
        self.release(&thread, turn);
        cut_run(&thread, turn);
        let below = self.cut_below(thread.id, None, turn);
        turn.record_end(|| match &outcome {
            Outcome::Aborted { error, cause } => {
                Event::ExecutionAborted { error: error.clone(), cause: cause.clone() }
            }
            _ => Event::ExecutionTimedOut,
        });
        ended(&thread, || outcome, turn);
        let mut family = vec![thread];
        family.extend(below);
        if let Some(fork) = self.threads.fork_mut(parent.thread) {
            fold_into(parent.thread, fork, family, turn);
        }
        let mut queue = Queue::new();
        self.joined(parent, Err(Failure::timeout(Origin::Timeout)), &mut queue, turn);
        self.run_queue(&mut queue, turn);
    }

    /// Stops a child that is under way.
    pub(super) fn stop_child(
        &mut self,
        arn: &str,
        error: Option<String>,
        cause: Option<String>,
        turn: &mut Turn<'_>,
    ) {
        let is_it = |thread: &Thread| {
            thread.parent.is_some_and(|parent| parent.is_child)
                && *thread.frame().identity.execution_arn == *arn
        };
        if let Some(thread) = self.threads.take_if(is_it) {
            self.child_cut(thread, Outcome::Aborted { error, cause }, turn);
        }
    }

    /// What nothing handles ends the execution that the thread is of: the whole, or a child of a distributed Map.
    pub(super) fn lane_failed(
        &mut self,
        thread: &Thread,
        failure: Failure,
        queue: &mut Queue,
        turn: &mut Turn<'_>,
    ) {
        let mut parent = thread.parent;
        while let Some(above) = parent {
            if above.is_child {
                return;
            }
            let Some(owner) = self.threads.get(above.thread) else { return };
            match owner.parent {
                Some(of) if of.is_child => {
                    let Some(owner) = self.threads.take(above.thread) else { return };
                    let mut family = vec![owner];
                    family.extend(self.cut_below(above.thread, None, turn));
                    family.extend(self.failed.take());
                    return self.child_failed(family, of, failure, queue, turn);
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
            Some(parent) => self.child_failed(vec![thread.clone()], parent, failure, queue, turn),
            None => self.lane_failed(thread, failure, queue, turn),
        }
    }

    /// Lets a child go on from where it had failed.
    pub(super) fn redrive_child(&mut self, child: Kept, queue: &mut Queue, turn: &mut Turn<'_>) {
        let Kept { threads, tally } = child;
        let Some(of) = threads.first().map(|thread| Arc::clone(thread.frame())) else { return };
        turn.counters.reopen_lane(of.lane, tally);
        let frame = Arc::new(Frame::redriven(&of, turn.at));
        turn.line = Line::new(Arc::clone(&frame));
        let count = frame.redrives;
        turn.record_redrive(|| Event::ExecutionRedriven { count });
        let arn = Arc::clone(&frame.identity.execution_arn);
        turn.note(|| MapRunNote::ChildRedriven { arn, count });
        self.revive(threads, &frame, queue, turn);
    }

    /// Changes the limits of a map run that is under way.
    pub(super) fn update_map_run(&mut self, arn: &str, update: MapRunUpdate, turn: &mut Turn<'_>) {
        let is_it = |thread: &Thread| match thread.visit.as_ref().map(|visit| &visit.awaits) {
            Some(Awaits::Threads(fork)) => fork.run_arn().is_some_and(|own| **own == *arn),
            _ => false,
        };
        let Some(mut owner) = self.threads.take_if(is_it) else { return };
        let Some(mut visit) = owner.visit.take() else { return };
        let Awaits::Threads(fork) = &mut visit.awaits else { return };
        let arn = fork.run_arn().cloned();
        if let Some(arn) = arn {
            turn.note(|| MapRunNote::Updated { arn, update });
        }
        let mut queue = Queue::new();
        match fork.update(update) {
            Some(failure) => self.fork_failed(owner, visit, None, failure, &mut queue, turn),
            None => {
                let (id, tip) = (owner.id, owner.line.tip);
                owner.visit = Some(visit);
                self.threads.put(owner);
                self.begin_threads(id, tip, &mut queue, turn);
            }
        }
        self.run_queue(&mut queue, turn);
    }
}
