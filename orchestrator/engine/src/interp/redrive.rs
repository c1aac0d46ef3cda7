//! Redrive: an execution that did not end well goes on from where it stopped, with what it had done so far.
//!
//! A state that had failed, or was cut short, is done again: its attempts are counted anew, and follow the event with
//! which it was entered. Branches and iterations that had ended well are kept. Child executions of a distributed Map
//! that had not ended well go on in the same way if they are Standard, and begin anew if they are Express.

use std::sync::Arc;

use super::child;
use super::execution::Execution;
use super::frame::{Frame, Lane};
use super::occurrence::Outcome;
use super::run::{Queue, Step};
use super::thread::{Thread, ThreadId};
use super::turn::{Line, Turn};
use super::visit::{Awaits, Broken, Visit};
use crate::history::{Event, MapRunNote};

impl Execution {
    /// Keeps where everything stood, unless all is well.
    pub(super) fn stop(&mut self, mut threads: Vec<Thread>, outcome: &Outcome, turn: &mut Turn<'_>) {
        threads.extend(self.failed.take());
        if !matches!(outcome, Outcome::Succeeded { .. }) {
            self.stopped = child::fold(threads, turn);
            self.stopped.retain(|thread| thread.frame().lane == Lane::OWN);
        }
    }

    /// Whether [`Input::Redriven`](super::Input::Redriven) would let it go on.
    pub fn is_redrivable(&self) -> bool {
        let has_failed =
            self.outcome.as_ref().is_some_and(|outcome| !matches!(outcome, Outcome::Succeeded { .. }));
        has_failed && !self.stopped.is_empty() && !self.counters.is_full()
    }

    pub(super) fn redrive(&mut self, turn: &mut Turn<'_>) {
        let has_ended =
            self.outcome.as_ref().is_some_and(|outcome| !matches!(outcome, Outcome::Succeeded { .. }));
        if !has_ended || self.stopped.is_empty() {
            return;
        }
        self.outcome = None;
        self.frame = Arc::new(Frame::redriven(&self.frame, turn.at));
        turn.line = Line::new(Arc::clone(&self.frame));
        let count = self.frame.redrives;
        turn.record_redrive(|| Event::ExecutionRedriven { count });
        self.set_limit(turn);
        let (stopped, mut queue) = (std::mem::take(&mut self.stopped), Queue::new());
        let frame = Arc::clone(&self.frame);
        self.revive(stopped, &frame, &mut queue, turn);
        self.run_queue(&mut queue, turn);
    }

    /// Lets threads go on, and those below them.
    pub(super) fn revive(
        &mut self,
        threads: Vec<Thread>,
        frame: &Arc<Frame>,
        queue: &mut Queue,
        turn: &mut Turn<'_>,
    ) {
        let places: Vec<_> = threads.iter().filter_map(|thread| thread.parent).collect();
        for mut thread in threads {
            thread.line = Line::new(Arc::clone(frame));
            let Some(mut visit) = thread.visit.take() else { continue };
            thread.line.tip = visit.entered_event;
            visit.retries.clear();
            let id = thread.id;
            match std::mem::replace(&mut visit.awaits, Awaits::Nothing) {
                Awaits::Threads(fork) => {
                    let running = places.iter().filter(|place| place.thread == id);
                    let running = running.map(|place| place.index).collect();
                    self.go_on(
                        thread,
                        visit,
                        Broken { fork: *fork, threads: Vec::new() },
                        running,
                        queue,
                        turn,
                    );
                }
                Awaits::Broken(broken) => {
                    let running = broken.threads.iter().filter_map(|below| below.parent);
                    let running =
                        running.filter(|place| place.thread == id).map(|place| place.index).collect();
                    self.go_on(thread, visit, *broken, running, queue, turn);
                }
                _ => {
                    self.threads.put(thread);
                    queue.push_back((id, Step::Redo { visit }));
                }
            }
        }
    }

    /// Goes on with a fork: with those of its threads that are there, and anew with those that are not.
    fn go_on(
        &mut self,
        mut owner: Thread,
        mut visit: Visit,
        broken: Broken,
        running: Vec<usize>,
        queue: &mut Queue,
        turn: &mut Turn<'_>,
    ) {
        let Broken { mut fork, threads } = broken;
        fork.revive(running.into_iter());
        if let Some(run) = fork.run_mut() {
            run.redrives += 1;
            let (arn, count) = (Arc::clone(&run.arn), run.redrives);
            turn.line = owner.line.clone();
            turn.note(|| MapRunNote::Redriven { arn: Arc::clone(&arn), count });
            turn.record(|| Event::MapRunRedriven { arn, count });
            owner.line = turn.line.clone();
        }
        let (id, tip): (ThreadId, u32) = (owner.id, owner.line.tip);
        let frame = Arc::clone(owner.frame());
        visit.awaits = Awaits::Threads(Box::new(fork));
        owner.visit = Some(visit);
        self.threads.put(owner);
        self.revive(threads, &frame, queue, turn);
        self.begin_threads(id, tip, queue, turn);
    }
}
