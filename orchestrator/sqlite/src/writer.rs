//! The writer thread: gathers what is waiting, commits it at once, then answers.
//!
//! While one commit is being synced, the next batch gathers by itself; so nobody waits for company, and the busier
//! it is, the more requests share a sync.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Instant;

use rusqlite::{Connection, ErrorCode};

use crate::batch::{Batch, End, Ended};
use crate::request::Request;
use crate::statistics::Counters;
use crate::{Options, WriteError, explain};

/// What the writer and the handles share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) waiting: AtomicUsize,
    pub(crate) commit_seq: AtomicU64,
    pub(crate) counters: Counters,
}

pub(crate) struct Writer {
    db: Connection,
    path: PathBuf,
    options: Options,
    shared: Arc<Shared>,
    /// How long the log was when it was last copied into the file.
    copied_pages: Cell<i64>,
}

/// The writer cannot go on.
struct Fatal(String);

impl Writer {
    pub(crate) fn new(
        db: Connection,
        path: &Path,
        options: Options,
        shared: Arc<Shared>,
    ) -> rusqlite::Result<Self> {
        let seq: i64 = db.query_row("SELECT seq FROM amends_commit WHERE id = 1", (), |row| row.get(0))?;
        shared.commit_seq.store(u64::try_from(seq).unwrap_or(0), Ordering::Release);
        Ok(Self { db, path: path.to_owned(), options, shared, copied_pages: Cell::new(0) })
    }

    /// Runs until every handle is gone, or until a commit's outcome is unknown.
    pub(crate) fn run(self, requests: &Receiver<Box<dyn Request>>) {
        while let Ok(first) = requests.recv() {
            let end = self.serve_batch(first, requests).and_then(|wrote| self.checkpoint_if_due(wrote));
            if let Err(Fatal(message)) = end {
                (self.options.on_fatal)(&message);
                return;
            }
        }
    }

    fn serve_batch(
        &self,
        first: Box<dyn Request>,
        requests: &Receiver<Box<dyn Request>>,
    ) -> Result<bool, Fatal> {
        let (batch, taken) = self.gather(first, requests);
        let Ended { end, requests: served, culprit } = batch.commit();
        self.shared.waiting.fetch_sub(taken, Ordering::Relaxed);
        match end {
            End::Committed { seq } => {
                if let Some(seq) = seq {
                    self.shared.commit_seq.store(seq, Ordering::Release);
                }
                let wrote = seq.is_some();
                self.shared.counters.count_batch(taken, wrote);
                answer_all(served, &Ok(()));
                Ok(wrote)
            }
            End::RolledBack { reason } => {
                if let Some(culprit) = culprit {
                    culprit.answer(Ok(()));
                }
                answer_all(served, &Err(WriteError::RolledBack { reason }));
                Ok(false)
            }
            End::Unknown { reason } => {
                // Dropping the requests would tell their senders that they failed. That is not known.
                std::mem::forget((served, culprit));
                let path = self.path.display();
                Err(Fatal(format!("a commit to {path} failed and may or may not have happened: {reason}")))
            }
        }
    }

    fn gather<'a>(
        &'a self,
        first: Box<dyn Request>,
        requests: &Receiver<Box<dyn Request>>,
    ) -> (Batch<'a>, usize) {
        let begun = Instant::now();
        let mut batch = Batch::new(&self.db);
        batch.add(first);
        while batch.is_open()
            && batch.len() < self.options.max_batch
            && begun.elapsed() < self.options.max_batch_time
            && let Ok(next) = requests.try_recv()
        {
            batch.add(next);
        }
        let taken = batch.len();
        (batch, taken)
    }

    /// Copies the log into the file once it is long enough. Everybody has been answered by then.
    fn checkpoint_if_due(&self, wrote: bool) -> Result<(), Fatal> {
        if !wrote {
            return Ok(());
        }
        let checkpoint = || -> rusqlite::Result<()> {
            let pages: i64 =
                self.db.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?.query_row((), |row| row.get(1))?;
            // A log that somebody reads cannot begin anew. Each commit would copy it again, with two more syncs.
            let copied = self.copied_pages.get();
            if pages < copied {
                self.copied_pages.set(0);
            } else if pages - copied >= i64::from(self.options.checkpoint_pages) {
                self.db.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?.query_row((), |_| Ok(()))?;
                self.copied_pages.set(pages);
                self.shared.counters.count_checkpoint();
            }
            Ok(())
        };
        match checkpoint() {
            Ok(()) => Ok(()),
            // The log still has everything; the next commit tries again.
            Err(error) if is_transient(&error) => Ok(()),
            // A sync that failed once may succeed the next time without having written anything, and the log would
            // then be given up. Only a new start reads the truth.
            Err(error) => {
                Err(Fatal(format!("a checkpoint of {} failed: {}", self.path.display(), explain(&error))))
            }
        }
    }
}

fn answer_all(requests: Vec<Box<dyn Request>>, batch: &Result<(), WriteError>) {
    for request in requests {
        request.answer(batch.clone());
    }
}

fn is_transient(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}
