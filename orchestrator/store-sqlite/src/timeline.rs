//! The store's time: that of the clock, but never back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use amends_types::{Clock, Timestamp};

/// Gives every writing transaction a later time than the one before.
///
/// Writing transactions run one after the other, so the order of the times is the order of the commits. A clock that
/// was set back is overruled: time then creeps by a microsecond per transaction until the clock has caught up.
pub(crate) struct Timeline {
    clock: Arc<dyn Clock>,
    last: AtomicI64,
}

impl Timeline {
    /// Time after `last`.
    pub(crate) fn after(last: Timestamp, clock: Arc<dyn Clock>) -> Self {
        Self { clock, last: AtomicI64::new(last.as_micros()) }
    }

    /// The time of the next writing transaction. Called by the writer alone.
    pub(crate) fn next(&self) -> Timestamp {
        let now = self.now_after(Timestamp::from_micros(self.last.load(Ordering::Relaxed)));
        self.last.store(now.as_micros(), Ordering::Relaxed);
        now
    }

    /// The time of a transaction that reads what was last changed at `committed`.
    pub(crate) fn now_after(&self, committed: Timestamp) -> Timestamp {
        let earliest = Timestamp::from_micros(committed.as_micros().saturating_add(1));
        self.clock.now().max(earliest)
    }
}
