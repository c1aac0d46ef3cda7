//! The loop's state, and how something happens to an execution.
//!
//! Nothing here waits. What happened is encoded into the current chunk; [`Core::flush`] hands the chunk to the
//! journal, with what follows from it held back until it is durable.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use amends_types::{Clock, Entropy, Timestamp};
use tokio::sync::{mpsc, oneshot};

use crate::clock::Spawn;
use crate::driver::activities::Activities;
use crate::driver::backlog::{Backlog, Effect};
use crate::driver::command::{Command, Key};
use crate::driver::execution::Live;
use crate::driver::machine::Machine;
use crate::driver::segments::Segments;
use crate::driver::timers::Timers;
use crate::driver::{Limits, TaskWorker};
use crate::history::NoHistory;
use crate::interp::{Action, Input, Invocation, Occurrence, Outcome, TaskId};
use crate::journal::{
    ArchivedExecution, Archiver, Chunk, Commits, Entry, MAX_PAYLOAD, Progress, RECORD_BYTES,
};

/// The longest tape that is carried forward: it must fit one record, with what else happened meanwhile.
pub(super) const MAX_CARRIED: usize = MAX_PAYLOAD / 2;

/// Everything that the loop owns.
pub(super) struct Core {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) limits: Limits,
    pub(super) invoker: Invoker,
    pub(super) commits: Commits,
    pub(super) archiver: Archiver,
    /// How often executions have moved to the archive; see [`crate::driver::command::Start::as_of`].
    pub(super) moves: Arc<AtomicU64>,

    pub(super) open: HashMap<u64, Live>,
    /// Ended, and not in the archive yet.
    pub(super) finished: HashMap<u64, Finished>,
    /// The names of both.
    pub(super) names: HashMap<Key, u64>,
    pub(super) next_number: u64,
    pub(super) timers: Timers,
    pub(super) segments: Segments,
    pub(super) tape_bytes: u64,

    pub(super) chunk: Vec<u8>,
    pub(super) effects: Vec<Effect>,
    pub(super) next_chunk: u64,
    pub(super) backlog: Backlog,
    pub(super) progress: Progress,

    /// Tasks for which there is no room yet.
    pub(super) ready: VecDeque<(u64, Invocation)>,
    pub(super) in_flight: usize,
    /// Calls whose end is awaited, and how they are told that nobody waits any more.
    pub(super) calls: HashMap<(u64, TaskId), oneshot::Sender<()>>,
    pub(super) activities: Activities,
    /// Never goes back and never stands still, whatever the system's time does.
    pub(super) now: Timestamp,
    /// When `now` was read, on the clock that nobody sets.
    pub(super) ticked: Duration,
    pub(super) closing: Option<Closing>,
    pub(super) last_retry: Timestamp,
    /// When the archive is next looked through for what has been kept for long enough.
    pub(super) forgets_at: Timestamp,
    /// Kept for its allocation.
    pub(super) actions: Vec<Action>,
}

/// An execution that waits to be archived.
pub(super) struct Finished {
    pub(super) row: Arc<ArchivedExecution>,
    pub(super) machine: Arc<Machine>,
    pub(super) oldest: u64,
}

/// A shutdown under way.
pub(super) struct Closing {
    pub(super) deadline: Timestamp,
    pub(super) replies: Vec<oneshot::Sender<()>>,
}

/// How tasks get to workers.
pub(super) struct Invoker {
    pub(super) worker: Arc<dyn TaskWorker>,
    pub(super) spawn: Arc<dyn Spawn>,
    /// Weak: the loop ends when its handles are gone.
    pub(super) inbox: mpsc::WeakSender<Command>,
}

impl Core {
    /// Reads the clock. Where the system's time was set back, or was ahead while the journal noted it, time goes on
    /// from what was noted: waiting for the system's time to get there could take years.
    pub(super) fn tick(&mut self) {
        let ticked = self.clock.monotonic();
        let passed = ticked.saturating_sub(self.ticked);
        self.ticked = ticked;
        self.now = self.now.plus(passed).max(self.clock.now());
    }

    /// Lets something happen to an execution. One that is not open any more absorbs it.
    pub(super) fn happen(&mut self, number: u64, input: Input) {
        let Some(live) = self.open.get_mut(&number) else { return };
        let occurrence = Occurrence { at: self.now, entropy: self.entropy.next_u64(), input };
        let recorded = live.tape.push(&occurrence);
        Entry::Occurred { execution: number, occurrence: recorded }.put(&mut self.chunk);
        self.tape_bytes += recorded.len() as u64;
        let mut actions = std::mem::take(&mut self.actions);
        live.execution.apply(occurrence, &mut NoHistory, &mut actions);
        for action in actions.drain(..) {
            self.act(number, action);
        }
        self.actions = actions;
        if self.chunk.len() >= RECORD_BYTES {
            self.flush();
        }
    }

    /// Does what is harmless at once, and holds back what others would see.
    pub(super) fn act(&mut self, number: u64, action: Action) {
        match action {
            Action::Invoke(invocation) => self.effects.push(Effect::Invoke { execution: number, invocation }),
            Action::SetTimer { timer, at } => {
                if let Some(live) = self.open.get_mut(&number) {
                    live.timers.push((timer, self.timers.set(number, timer, at)));
                }
            }
            Action::CancelTimer { timer } => {
                if let Some(live) = self.open.get_mut(&number)
                    && let Some(index) = live.timers.iter().position(|(id, _)| *id == timer)
                {
                    self.timers.cancel(live.timers.swap_remove(index).1);
                }
            }
            Action::Abandon { task } => {
                if let Some(call) = self.calls.remove(&(number, task)) {
                    // It may have ended by itself.
                    call.send(()).ok();
                }
            }
            Action::Finish(outcome) => self.finish(number, &outcome),
        }
    }

    fn finish(&mut self, number: u64, outcome: &Outcome) {
        let Some(mut live) = self.open.remove(&number) else { return };
        live.timers.iter().for_each(|(_, key)| self.timers.cancel(*key));
        Entry::Closed { execution: number }.put(&mut self.chunk);
        self.tape_bytes -= live.tape.as_bytes().len() as u64;
        let (oldest, waiters) = (live.oldest, std::mem::take(&mut live.waiters));
        let machine = live.machine.clone();
        let row = Arc::new(live.into_archived(outcome, self.now));
        self.finished.insert(number, Finished { row: row.clone(), machine, oldest });
        self.effects.push(Effect::Finish { execution: row, waiters });
    }

    /// Fires the timers that are due.
    pub(super) fn fire_due(&mut self) {
        while let Some((number, timer)) = self.timers.pop_due(self.now) {
            if let Some(live) = self.open.get_mut(&number) {
                live.timers.retain(|(id, _)| *id != timer);
            }
            self.happen(number, Input::TimerFired { timer });
        }
    }

    /// Hands what has happened to the journal.
    pub(super) fn flush(&mut self) {
        self.carry_forward();
        if self.chunk.is_empty() && self.effects.is_empty() {
            return;
        }
        let effects = std::mem::take(&mut self.effects);
        if self.chunk.is_empty() {
            // Nothing to write; but what was asked may depend on what is being written.
            self.backlog.hold(self.next_chunk - 1, 0, effects);
            return;
        }
        let entries = std::mem::replace(&mut self.chunk, Vec::with_capacity(4096));
        let (bytes, number) = (entries.len(), self.next_chunk);
        let (segment, oldest) = (self.segments.current(), self.segments.oldest());
        self.next_chunk += 1;
        self.backlog.hold(number, bytes, effects);
        self.commits.submit(Chunk { number, segment, oldest, entries });
        self.segments.grow(bytes, self.limits.segment_bytes);
    }

    /// Frees the oldest segment of the executions that have been open for long.
    fn carry_forward(&mut self) {
        // Open executions that fill segments by themselves would be carried round and round otherwise.
        let limit = self.limits.segments + 2 * self.tape_bytes / self.limits.segment_bytes;
        for number in self.segments.to_carry(limit, 100) {
            if self.chunk.len() >= RECORD_BYTES {
                break;
            }
            // One that has ended is about to go by itself.
            let Some(live) = self.open.get_mut(&number) else { continue };
            let (definition, tape) = (live.machine.id(), live.tape.as_bytes());
            // One this large fills segments of its own, and keeps them to its end.
            if tape.len() > MAX_CARRIED {
                continue;
            }
            Entry::Carried { execution: number, definition, name: &live.name, tape }.put(&mut self.chunk);
            let current = self.segments.current();
            self.segments.let_go(number, live.oldest);
            self.segments.hold(number, current);
            live.oldest = current;
        }
        self.release_segments();
    }
}
