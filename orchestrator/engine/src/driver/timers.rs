//! All timers of all executions, in one order. One that is set for a year costs an entry.

use std::collections::BTreeMap;

use amends_types::Timestamp;

use crate::interp::TimerId;

/// A timer in the queue. Ties are fired in the order in which they were set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TimerKey {
    at: Timestamp,
    number: u64,
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Timers {
    queue: BTreeMap<TimerKey, (u64, TimerId)>,
    next_number: u64,
}

impl Timers {
    pub(super) fn set(&mut self, execution: u64, timer: TimerId, at: Timestamp) -> TimerKey {
        let key = TimerKey { at, number: self.next_number };
        self.next_number += 1;
        self.queue.insert(key, (execution, timer));
        key
    }

    pub(super) fn cancel(&mut self, key: TimerKey) {
        self.queue.remove(&key);
    }

    /// When the next one is due.
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.queue.keys().next().map(|key| key.at)
    }

    /// Takes the next one that is due.
    pub(super) fn pop_due(&mut self, now: Timestamp) -> Option<(u64, TimerId)> {
        let first = self.queue.first_entry()?;
        (first.key().at <= now).then(|| first.remove())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_order_and_cancelled_ones_never() {
        let at = Timestamp::from_micros;
        let mut timers = Timers::default();
        timers.set(1, TimerId(1), at(20));
        let cancelled = timers.set(2, TimerId(1), at(10));
        timers.set(3, TimerId(1), at(10));
        timers.set(4, TimerId(7), at(10));
        timers.cancel(cancelled);
        assert_eq!(timers.next_at(), Some(at(10)));
        assert_eq!(timers.pop_due(at(9)), None);
        let fired: Vec<_> = std::iter::from_fn(|| timers.pop_due(at(30))).collect();
        assert_eq!(fired, [(3, TimerId(1)), (4, TimerId(7)), (1, TimerId(1))]);
    }
}
