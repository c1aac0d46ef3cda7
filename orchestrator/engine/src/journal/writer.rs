//! Group commit: whatever was submitted while the last record was being synced becomes the next record.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use amends_sqlite::FatalHook;
use tokio::sync::watch;

use crate::journal::log::{AppendError, Log, Placement};

/// A record takes more chunks until it has this many bytes. Whoever submits ends a chunk that has as many.
pub(crate) const RECORD_BYTES: usize = 4 * 1024 * 1024;

/// The highest store commit that the process has seen, asked just before each sync.
pub(crate) type Watermark = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Entries that become durable together.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// 1 for the first, then one more each.
    pub(crate) number: u64,
    pub(crate) segment: u64,
    /// The oldest segment that is needed.
    pub(crate) oldest: u64,
    pub(crate) entries: Vec<u8>,
}

/// How far the log is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    /// The number of the last durable chunk.
    pub(crate) durable: u64,
    /// The disk is full, or no file can be opened: the chunks that wait are tried again on [`Commits::retry`].
    pub(crate) full: bool,
    /// A sync failed. Nothing that waits may be answered, ever.
    pub(crate) broken: bool,
}

/// The way into the log.
pub(crate) enum Commits {
    /// A thread of its own, so that the next record gathers while one is synced.
    Thread { chunks: Option<Sender<Option<Chunk>>>, thread: Option<JoinHandle<()>> },
    /// At once, in the caller's thread, for simulations.
    Inline(Box<Committer>),
}

impl Commits {
    pub(crate) fn inline(
        log: Log,
        watermark: Watermark,
        on_fatal: FatalHook,
    ) -> (Self, watch::Receiver<Progress>) {
        let (committer, progress) = Committer::new(log, watermark, on_fatal);
        (Self::Inline(Box::new(committer)), progress)
    }

    pub(crate) fn thread(
        log: Log,
        watermark: Watermark,
        on_fatal: FatalHook,
    ) -> io::Result<(Self, watch::Receiver<Progress>)> {
        let panicked = on_fatal.clone();
        let (committer, progress) = Committer::new(log, watermark, on_fatal);
        let (sender, receiver) = channel();
        let run = move || {
            if catch_unwind(AssertUnwindSafe(|| committer.run(&receiver))).is_err() {
                panicked("the journal's thread panicked");
            }
        };
        let thread = thread::Builder::new().name("journal".to_owned()).spawn(run)?;
        Ok((Self::Thread { chunks: Some(sender), thread: Some(thread) }, progress))
    }

    /// Queues a chunk. Whoever submits bounds how much waits.
    pub(crate) fn submit(&mut self, chunk: Chunk) {
        match self {
            // The thread ends before the sender does only when it is broken, which the progress says.
            Self::Thread { chunks, .. } => drop(chunks.as_ref().map(|chunks| chunks.send(Some(chunk)))),
            Self::Inline(committer) => {
                committer.waiting.push_back(chunk);
                committer.commit_all();
            }
        }
    }

    /// Tries again what a full disk refused.
    pub(crate) fn retry(&mut self) {
        match self {
            Self::Thread { chunks, .. } => drop(chunks.as_ref().map(|chunks| chunks.send(None))),
            Self::Inline(committer) => committer.commit_all(),
        }
    }
}

impl Drop for Commits {
    fn drop(&mut self) {
        if let Self::Thread { chunks, thread } = self {
            drop(chunks.take());
            drop(thread.take().map(JoinHandle::join));
        }
    }
}

pub(crate) struct Committer {
    log: Log,
    waiting: VecDeque<Chunk>,
    watermark: Watermark,
    on_fatal: FatalHook,
    progress: watch::Sender<Progress>,
}

impl Committer {
    fn new(log: Log, watermark: Watermark, on_fatal: FatalHook) -> (Self, watch::Receiver<Progress>) {
        let (progress, receiver) = watch::channel(Progress::default());
        (Self { log, waiting: VecDeque::new(), watermark, on_fatal, progress }, receiver)
    }

    fn run(mut self, chunks: &Receiver<Option<Chunk>>) {
        while let Ok(message) = chunks.recv() {
            self.waiting.extend(message);
            loop {
                self.waiting.extend(chunks.try_iter().flatten());
                if !self.commit_one() {
                    break;
                }
            }
            if self.progress.borrow().broken {
                return;
            }
        }
    }

    fn commit_all(&mut self) {
        while self.commit_one() {}
    }

    /// Appends one record. False when there is nothing to append, or no way.
    fn commit_one(&mut self) -> bool {
        let Some(first) = self.waiting.front() else {
            return false;
        };
        if self.progress.borrow().broken {
            return false;
        }
        let place = Placement { segment: first.segment, oldest: first.oldest, watermark: (self.watermark)() };
        let count = self.count_for_record(first.segment);
        let entries = self.waiting.iter().take(count).map(|chunk| chunk.entries.as_slice());
        match self.log.append(place, entries) {
            Ok(()) => {
                let durable = self.waiting.drain(..count).next_back().map_or(0, |chunk| chunk.number);
                self.progress.send_replace(Progress { durable, full: false, broken: false });
                true
            }
            Err(AppendError::Refused(reason)) => {
                if !self.progress.borrow().full {
                    tracing::error!(reason, "the journal cannot be written; it is tried again");
                }
                self.progress.send_modify(|progress| progress.full = true);
                false
            }
            Err(AppendError::Unknown(reason)) => {
                self.progress.send_modify(|progress| progress.broken = true);
                (self.on_fatal)(&format!(
                    "a journal write failed and may or may not have happened: {reason}"
                ));
                false
            }
        }
    }

    /// How many waiting chunks share the next record: those of one segment, up to a bound, and at least one.
    fn count_for_record(&self, segment: u64) -> usize {
        let mut bytes = 0;
        let fits = |chunk: &&Chunk| {
            let fits =
                chunk.segment == segment && (bytes == 0 || bytes + chunk.entries.len() <= RECORD_BYTES);
            bytes += chunk.entries.len();
            fits
        };
        self.waiting.iter().take_while(fits).count()
    }
}
