//! Counters of one database.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a database has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Write requests carried out, those that returned an error included.
    pub requests: u64,
    /// Commits that changed something; each is one sync of the log (with [`Synchronous::Full`](crate::Synchronous)).
    pub commits: u64,
    /// The most requests that one commit served.
    pub largest_batch: u64,
    /// How often the log was copied into the file.
    pub checkpoints: u64,
}

/// The writer counts, everybody reads.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    commits: AtomicU64,
    largest_batch: AtomicU64,
    checkpoints: AtomicU64,
}

impl Counters {
    pub(crate) fn count_batch(&self, requests: usize, committed: bool) {
        let requests = requests as u64;
        self.requests.fetch_add(requests, Ordering::Relaxed);
        self.largest_batch.fetch_max(requests, Ordering::Relaxed);
        if committed {
            self.commits.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn count_checkpoint(&self) {
        self.checkpoints.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Statistics {
        Statistics {
            requests: self.requests.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            largest_batch: self.largest_batch.load(Ordering::Relaxed),
            checkpoints: self.checkpoints.load(Ordering::Relaxed),
        }
    }
}
