//! One application of an occurrence: when it is, what chance brings, and where events and actions go.

use std::collections::BTreeMap;
use std::sync::Arc;

use amends_types::Timestamp;

use super::frame::{Frame, Lane};
use super::limits::MAX_EVENTS;
use super::occurrence::{Action, TaskId, TimerId};
use super::visit::{Timer, Visit};
use crate::history::{Event, HistoryEvent, HistorySink, MapRunNote};

/// What lasts for one occurrence only.
pub(super) struct Turn<'a> {
    pub(super) at: Timestamp,
    pub(super) entropy: u64,
    pub(super) sink: &'a mut dyn HistorySink,
    pub(super) actions: &'a mut Vec<Action>,
    pub(super) counters: Counters,
    /// Where the next event is written: that of the thread which is being worked on.
    pub(super) line: Line,
    /// Actions before this one are not of this turn.
    first_action: usize,
}

/// A thread's place in a history.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) frame: Arc<Frame>,
    /// The event that the thread's next one follows.
    pub(super) tip: u32,
    /// The event that the entry of its state followed.
    before_entry: u32,
}

/// What lasts for the whole execution: the numbers given out.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters {
    tasks: u32,
    timers: u32,
    lanes: u32,
    /// The execution's own history.
    own: Tally,
    /// Those of its children.
    children: BTreeMap<Lane, Tally>,
}

/// How many events a history has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    events: u32,
    /// An event was refused, because only the end of the execution still has a place.
    is_full: bool,
}

impl Line {
    pub(super) fn new(frame: Arc<Frame>) -> Self {
        Self { frame, tip: 0, before_entry: 0 }
    }

    /// The line of another thread of the same execution, from that event on.
    pub(super) fn from(&self, tip: u32) -> Self {
        Self { frame: Arc::clone(&self.frame), tip, before_entry: tip }
    }
}

impl<'a> Turn<'a> {
    pub(super) fn new(
        at: Timestamp,
        entropy: u64,
        sink: &'a mut dyn HistorySink,
        actions: &'a mut Vec<Action>,
        (counters, line): (Counters, Line),
    ) -> Self {
        Self { at, entropy, sink, first_action: actions.len(), actions, counters, line }
    }

    /// Takes back what this turn has begun; what it has cancelled stays cancelled.
    pub(super) fn drop_begun(&mut self) {
        let begun = self.actions.split_off(self.first_action);
        let is_end = |action: &Action| matches!(action, Action::CancelTimer { .. } | Action::Abandon { .. });
        self.actions.extend(begun.into_iter().filter(is_end));
    }

    /// Records an event; one past the limit is dropped, and the execution must then end.
    pub(super) fn record(&mut self, event: impl FnOnce() -> Event) {
        if let Some(id) = self.record_after(self.line.tip, event) {
            self.line.tip = id;
        }
    }

    /// Records an event that nothing follows: the thread's next one follows what this one does.
    pub(super) fn record_aside(&mut self, event: impl FnOnce() -> Event) -> Option<u32> {
        self.record_after(self.line.tip, event)
    }

    /// Records that the state was entered.
    pub(super) fn record_entry(&mut self, event: impl FnOnce() -> Event) {
        self.line.before_entry = self.line.tip;
        self.record(event);
    }

    /// Records that an expression failed. In the first step of a state it follows what the entry followed.
    pub(super) fn record_evaluation(
        &mut self,
        visit: &Visit,
        is_later_step: bool,
        event: impl FnOnce() -> Event,
    ) {
        let is_first = self.line.tip == visit.entered_event && !is_later_step;
        let previous = if is_first { self.line.before_entry } else { self.line.tip };
        if let Some(id) = self.record_after(previous, event) {
            self.line.tip = id;
        }
    }

    /// Records that the execution goes on after its end. It follows the end, and nothing follows it.
    pub(super) fn record_redrive(&mut self, event: impl FnOnce() -> Event) {
        let previous = self.last_event();
        self.record_after(previous, event);
    }

    /// Records the last event of a history, for which there is always a place. It follows the one before it, whichever
    /// thread that is of.
    pub(super) fn record_end(&mut self, event: impl FnOnce() -> Event) {
        let previous = self.last_event();
        self.push(previous, event);
    }

    /// Its number, if there was a place for it.
    fn record_after(&mut self, previous: u32, event: impl FnOnce() -> Event) -> Option<u32> {
        let tally = self.counters.tally_mut(self.line.frame.lane);
        if tally.events + 1 >= MAX_EVENTS {
            tally.is_full = true;
            return None;
        }
        Some(self.push(previous, event))
    }

    fn push(&mut self, previous_event_id: u32, event: impl FnOnce() -> Event) -> u32 {
        let tally = self.counters.tally_mut(self.line.frame.lane);
        tally.events += 1;
        let id = tally.events;
        if self.sink.wants(self.line.frame.child_arn()) {
            self.sink.record(HistoryEvent { id, previous_event_id, timestamp: self.at, event: event() });
        }
        id
    }

    /// Tells what happens to a map run, if anybody wants to know.
    pub(super) fn note(&mut self, note: impl FnOnce() -> MapRunNote) {
        if self.sink.wants_map_runs() {
            self.sink.note(self.at, note());
        }
    }

    /// The number of the event recorded last in this history.
    pub(super) fn last_event(&self) -> u32 {
        self.counters.tally(self.line.frame.lane).events
    }

    /// Whether an event of this history had no place.
    pub(super) fn is_full(&self) -> bool {
        self.counters.tally(self.line.frame.lane).is_full
    }

    pub(super) fn set_timer(&mut self, at: Timestamp) -> Timer {
        self.counters.timers += 1;
        let timer = Timer { id: TimerId(self.counters.timers), at };
        self.actions.push(Action::SetTimer { timer: timer.id, at });
        timer
    }

    /// Cancels timers, except one that has just fired.
    pub(super) fn cancel(&mut self, timers: impl Iterator<Item = Timer>, fired: Option<TimerId>) {
        let left = timers.filter(|timer| Some(timer.id) != fired);
        self.actions.extend(left.map(|timer| Action::CancelTimer { timer: timer.id }));
    }
}

impl Counters {
    /// The number of the execution's own event recorded last.
    pub(super) fn last_event(&self) -> u32 {
        self.own.events
    }

    /// Whether the execution's own history has no place for more.
    pub(super) fn is_full(&self) -> bool {
        self.own.is_full || self.own.events + 1 >= MAX_EVENTS
    }

    /// The number of the next attempt at a task, which is not begun yet.
    pub(super) fn next_task(&self) -> TaskId {
        TaskId(self.tasks + 1)
    }

    /// Begins it.
    pub(super) fn begin_task(&mut self) {
        self.tasks += 1;
    }

    /// A history for a child.
    pub(super) fn open_lane(&mut self) -> Lane {
        self.lanes += 1;
        let lane = Lane(self.lanes);
        self.children.insert(lane, Tally::default());
        lane
    }

    /// The child has ended. What there is of its history, in case it goes on.
    pub(super) fn close_lane(&mut self, lane: Lane) -> Tally {
        self.children.remove(&lane).unwrap_or_default()
    }

    /// The child goes on.
    pub(super) fn reopen_lane(&mut self, lane: Lane, tally: Tally) {
        self.children.insert(lane, tally);
    }

    fn tally(&self, lane: Lane) -> Tally {
        if lane == Lane::OWN { self.own } else { self.children.get(&lane).copied().unwrap_or_default() }
    }

    fn tally_mut(&mut self, lane: Lane) -> &mut Tally {
        if lane == Lane::OWN { &mut self.own } else { self.children.entry(lane).or_default() }
    }
}
