//! One application of an occurrence: when it is, what chance brings, and where events and actions go.

use amends_types::Timestamp;

use super::limits::MAX_EVENTS;
use super::occurrence::{Action, TimerId};
use super::visit::Timer;
use crate::history::{Event, HistoryEvent, HistorySink};

/// What lasts for one occurrence only.
pub(super) struct Turn<'a> {
    pub(super) at: Timestamp,
    pub(super) entropy: u64,
    pub(super) sink: &'a mut dyn HistorySink,
    pub(super) actions: &'a mut Vec<Action>,
    /// Actions before this one are not of this turn.
    first_action: usize,
}

/// What lasts for the whole execution: the numbers given out.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters {
    pub(super) tasks: u32,
    timers: u32,
    events: u32,
    /// An event was refused, because only the end of the execution still has a place.
    pub(super) is_full: bool,
}

impl<'a> Turn<'a> {
    pub(super) fn new(
        at: Timestamp,
        entropy: u64,
        sink: &'a mut dyn HistorySink,
        actions: &'a mut Vec<Action>,
    ) -> Self {
        Self { at, entropy, sink, first_action: actions.len(), actions }
    }

    /// Takes back what this turn has begun; what it has cancelled stays cancelled.
    pub(super) fn drop_begun(&mut self) {
        let begun = self.actions.split_off(self.first_action);
        self.actions.extend(begun.into_iter().filter(|action| matches!(action, Action::CancelTimer { .. })));
    }

    /// Records an event; one past the limit is dropped, and the execution must then end.
    pub(super) fn record(&mut self, counters: &mut Counters, event: impl FnOnce() -> Event) {
        if counters.events + 1 >= MAX_EVENTS {
            counters.is_full = true;
        } else {
            self.push(counters, event);
        }
    }

    /// Records the last event, for which there is always a place.
    pub(super) fn record_end(&mut self, counters: &mut Counters, event: impl FnOnce() -> Event) {
        self.push(counters, event);
    }

    fn push(&mut self, counters: &mut Counters, event: impl FnOnce() -> Event) {
        counters.events += 1;
        if self.sink.wants_details() {
            let id = counters.events;
            // The first two events of a history both have nothing before them.
            let previous_event_id = if id <= 2 { 0 } else { id - 1 };
            self.sink.record(HistoryEvent { id, previous_event_id, timestamp: self.at, event: event() });
        }
    }

    pub(super) fn set_timer(&mut self, counters: &mut Counters, at: Timestamp) -> Timer {
        counters.timers += 1;
        let timer = Timer { id: TimerId(counters.timers), at };
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
    /// The number of the event recorded last.
    pub(super) fn last_event(&self) -> u32 {
        self.events
    }
}
