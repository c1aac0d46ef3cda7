//! Which segments of the journal are needed, and by whom.
//!
//! An execution needs every segment from its oldest on, until it is in the archive. Segments are released from the
//! oldest; so one execution that is open for a year would hold a year of them. It is carried forward instead: its
//! whole tape is written again into the current segment.

use std::collections::{BTreeMap, BTreeSet};

/// The live segments.
#[derive(Debug, Default)]
pub(super) struct Segments {
    sizes: BTreeMap<u64, u64>,
    current: u64,
    /// Executions by their oldest segment.
    held: BTreeMap<u64, BTreeSet<u64>>,
    /// The segments before this one are being released.
    releasing: u64,
    /// The segments before this one are durably released.
    released: u64,
}

impl Segments {
    pub(super) fn new(live: BTreeMap<u64, u64>, current: u64) -> Self {
        let mut sizes = live;
        let released = sizes.keys().next().copied().unwrap_or(current);
        sizes.insert(current, 0);
        Self { sizes, current, held: BTreeMap::new(), releasing: released, released }
    }

    pub(super) fn current(&self) -> u64 {
        self.current
    }

    /// The oldest segment that must be there.
    pub(super) fn oldest(&self) -> u64 {
        self.released
    }

    pub(super) fn hold(&mut self, execution: u64, segment: u64) {
        self.held.entry(segment).or_default().insert(execution);
    }

    pub(super) fn let_go(&mut self, execution: u64, segment: u64) {
        if let Some(executions) = self.held.get_mut(&segment) {
            executions.remove(&execution);
            if executions.is_empty() {
                self.held.remove(&segment);
            }
        }
    }

    /// Counts bytes into the current segment; it is closed once it has `limit`.
    pub(super) fn grow(&mut self, bytes: usize, limit: u64) {
        let size = self.sizes.entry(self.current).or_default();
        *size += bytes as u64;
        if *size >= limit {
            self.current += 1;
            self.sizes.insert(self.current, 0);
        }
    }

    /// Executions that hold the oldest segment, if there are more than `limit` segments.
    pub(super) fn to_carry(&self, limit: u64, count: usize) -> Vec<u64> {
        let oldest = self.held.first_key_value();
        oldest
            .filter(|(segment, _)| self.current - **segment >= limit)
            .map(|(_, executions)| executions.iter().copied().take(count).collect())
            .unwrap_or_default()
    }

    /// The segments before the answer are not needed, and nobody has been told yet.
    pub(super) fn begin_release(&mut self) -> Option<u64> {
        let needed = self.held.keys().next().copied().unwrap_or(self.current);
        if needed <= self.releasing {
            return None;
        }
        self.releasing = needed;
        Some(needed)
    }

    /// That they are not needed is durable: these may be removed.
    pub(super) fn released(&mut self, before: u64) -> Vec<u64> {
        self.released = before;
        let live = self.sizes.split_off(&before);
        std::mem::replace(&mut self.sizes, live).into_keys().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_go_oldest_first_once_nobody_holds_them() {
        let mut segments = Segments::new(BTreeMap::new(), 1);
        segments.hold(10, 1);
        segments.grow(100, 100);
        segments.hold(11, 2);
        segments.grow(100, 100);
        assert_eq!((segments.current(), segments.begin_release()), (3, None));
        segments.let_go(11, 2);
        assert_eq!(segments.begin_release(), None, "execution 10 holds the first");
        assert_eq!(segments.to_carry(2, 9), [10]);
        assert!(segments.to_carry(3, 9).is_empty());
        segments.let_go(10, 1);
        assert_eq!((segments.begin_release(), segments.begin_release()), (Some(3), None));
        assert_eq!((segments.released(3), segments.oldest()), (vec![1, 2], 3));
    }
}
