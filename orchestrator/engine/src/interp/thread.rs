//! A thread of an execution: one state after another. The execution itself is one; each branch of a Parallel state, each
//! iteration of a Map state and each child execution of a distributed Map is another.

use std::sync::Arc;

use amends_asl::{Chance, State, StateMachine, Variables};
use amends_types::Timestamp;
use serde_json::Value;

use super::context::Scope;
use super::fork::Fork;
use super::frame::Frame;
use super::turn::{Line, Tally};
use super::visit::{Awaits, Timer, Visit};

/// A thread, numbered within its execution from 0, which is the execution itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ThreadId(pub(super) u32);

impl ThreadId {
    pub(super) const ROOT: Self = Self(0);
}

/// One thread.
#[derive(Debug, Clone)]
pub(super) struct Thread {
    pub(super) id: ThreadId,
    pub(super) parent: Option<Parent>,
    pub(super) machine: Arc<StateMachine>,
    pub(super) variables: Variables,
    pub(super) item: Option<Arc<Item>>,
    pub(super) line: Line,
    /// When it must have ended: the execution's own limit, and that of an Express child.
    pub(super) limit: Option<Timer>,
    /// The state that it is in; none while it is worked on.
    pub(super) visit: Option<Visit>,
}

/// A child execution that did not end well, as it was: itself, and what came from it.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) threads: Vec<Thread>,
    /// Of its history.
    pub(super) tally: Tally,
}

/// Whose thread it is, and which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parent {
    pub(super) thread: ThreadId,
    pub(super) index: usize,
    /// It is a child execution, with a history of its own.
    pub(super) is_child: bool,
}

/// An item of a Map state: `$$.Map.Item`.
#[derive(Debug, PartialEq)]
pub(super) struct Item {
    pub(super) index: usize,
    pub(super) value: Arc<Value>,
}

impl Thread {
    /// The execution itself, before it enters a state.
    pub(super) fn root(machine: Arc<StateMachine>, frame: Arc<Frame>) -> Self {
        Self {
            id: ThreadId::ROOT,
            parent: None,
            machine,
            variables: Variables::default(),
            item: None,
            line: Line::new(frame),
            limit: None,
            visit: None,
        }
    }

    pub(super) fn frame(&self) -> &Arc<Frame> {
        &self.line.frame
    }

    pub(super) fn state(&self, visit: &Visit) -> &State {
        self.machine.state(visit.state)
    }

    pub(super) fn scope<'a>(&'a self, visit: &'a Visit, now: Timestamp) -> Scope<'a> {
        let seed = self.line.frame.seed([now.as_micros(), i64::from(visit.entered_event)]);
        Scope {
            frame: &self.line.frame,
            state: self.machine.state(visit.state),
            visit,
            variables: &self.variables,
            item: self.item.as_deref(),
            now,
            chance: Chance::new(seed),
            token: None,
            given: None,
        }
    }

    /// The timers that it has set.
    pub(super) fn timers(&self) -> impl Iterator<Item = Timer> {
        let awaited = self.visit.as_ref().into_iter().flat_map(|visit| visit.awaits.timers());
        self.limit.into_iter().chain(awaited)
    }
}

/// The threads that are parked, in the order in which they began.
#[derive(Debug, Clone, Default)]
pub(super) struct Threads {
    list: Vec<Thread>,
    last: u32,
}

impl Threads {
    pub(super) fn next_id(&mut self) -> ThreadId {
        self.last += 1;
        ThreadId(self.last)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Thread> {
        self.list.iter()
    }

    pub(super) fn get(&self, id: ThreadId) -> Option<&Thread> {
        self.place(id).ok().map(|place| &self.list[place])
    }

    /// The fork that a thread waits for.
    pub(super) fn fork_mut(&mut self, id: ThreadId) -> Option<&mut Fork> {
        let place = self.place(id).ok()?;
        match &mut self.list[place].visit.as_mut()?.awaits {
            Awaits::Threads(fork) => Some(fork),
            _ => None,
        }
    }

    /// Takes the first one out of which that holds.
    pub(super) fn take_if(&mut self, is_it: impl Fn(&Thread) -> bool) -> Option<Thread> {
        let place = self.list.iter().position(is_it)?;
        Some(self.list.remove(place))
    }

    pub(super) fn take(&mut self, id: ThreadId) -> Option<Thread> {
        self.place(id).ok().map(|place| self.list.remove(place))
    }

    pub(super) fn put(&mut self, thread: Thread) {
        let place = self.place(thread.id).unwrap_or_else(|place| place);
        self.list.insert(place, thread);
    }

    /// Takes out all that come from that one, directly or not, in their order.
    pub(super) fn take_below(&mut self, id: ThreadId) -> Vec<Thread> {
        let mut above = vec![id];
        // A thread is numbered later than the one that it comes from.
        let (below, left): (Vec<_>, _) = std::mem::take(&mut self.list).into_iter().partition(|thread| {
            let is_below = thread.parent.is_some_and(|parent| above.contains(&parent.thread));
            if is_below {
                above.push(thread.id);
            }
            is_below
        });
        self.list = left;
        below
    }

    pub(super) fn drain(&mut self) -> Vec<Thread> {
        std::mem::take(&mut self.list)
    }

    fn place(&self, id: ThreadId) -> Result<usize, usize> {
        self.list.binary_search_by_key(&id, |thread| thread.id)
    }
}
