//! How a database file is opened.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Migration;

/// What runs when a commit may or may not have happened.
///
/// Whoever waits for that commit is never answered: the truth is on the disk, and only a new start reads it. The
/// hook ends the process, therefore; if it returns (in a test), the writer stops and later requests fail.
pub type FatalHook = Arc<dyn Fn(&str) + Send + Sync>;

/// When a commit is forced to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// At every commit: what was answered survives a power loss.
    Full,
    /// At checkpoints only: a power loss may take the last commits back, but never tears one.
    Normal,
}

/// How a database file is opened. `Options { migrations: MIGRATIONS, ..Options::default() }` is the usual way.
#[derive(Clone)]
pub struct Options {
    /// The schema, oldest first, numbered 1, 2, 3, …
    pub migrations: &'static [Migration],
    /// When commits are forced to the disk. Default: [`Synchronous::Full`].
    pub synchronous: Synchronous,
    /// What runs when a commit's outcome is unknown. Default: a message on stderr, and the process aborts.
    pub on_fatal: FatalHook,
    /// The most requests of one commit. Default: 512.
    pub max_batch: usize,
    /// How long requests may be gathered into one commit once the first has begun. Default: 20 ms.
    pub max_batch_time: Duration,
    /// The most requests that may wait; the next ones fail. Default: 65,536.
    pub max_queue: usize,
    /// Page cache of the writer in KiB. Default: 16 MiB.
    pub cache_kib: u32,
    /// The log is copied into the file once it has this many new pages of 4 KiB. Default: 4,000, which is 16 MiB.
    ///
    /// SQLite's own default of 1,000 syncs the file four times as often, and saga rows, rewritten a dozen times
    /// in a second of their life, then reach it several times instead of once. Much more would make the first
    /// open after a crash slow, which reads the whole log.
    pub checkpoint_pages: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            migrations: &[],
            synchronous: Synchronous::Full,
            on_fatal: Arc::new(abort),
            max_batch: 512,
            max_batch_time: Duration::from_millis(20),
            max_queue: 65_536,
            cache_kib: 16 * 1024,
            checkpoint_pages: 4_000,
        }
    }
}

fn abort(message: &str) {
    eprintln!("fatal: {message}");
    std::process::abort();
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("migrations", &self.migrations.len())
            .field("synchronous", &self.synchronous)
            .field("max_batch", &self.max_batch)
            .finish_non_exhaustive()
    }
}
