//! Moves finished executions into the archive, and removes the segments that nobody needs any more.
//!
//! It works behind the engine's back and is never waited for. What it has done comes back as [`Done`].

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use amends_sqlite::{FatalHook, SyncError};
use amends_types::Timestamp;
use tokio::sync::mpsc;

use crate::journal::trouble::Trouble;
use crate::journal::{Archive, ArchivedExecution, ExpiredExecution, Storage, segment};

/// The most rows of one commit.
const BATCH: usize = 500;
/// How long to wait before a refused commit is tried again, such as for a full disk.
const RETRY: Duration = Duration::from_millis(500);

/// Work for the archiver.
pub(crate) enum Job {
    /// Keep a finished execution.
    Store(Arc<ArchivedExecution>),
    /// Make everything durable that was stored before, so that the segments before this one may be released.
    Sync { before: u64 },
    /// Forget executions that ended before that time: some of them, the first to end first.
    Forget { before: Timestamp },
    /// Remove these segments, in this order. That they are not needed is durable.
    Remove(Vec<u64>),
}

/// What has been done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// These executions are in the archive.
    Stored(Arc<[Arc<ArchivedExecution>]>),
    /// What was stored before is durable.
    Synced { before: u64 },
    /// Some executions were forgotten; there may be more that ended before that time.
    Forgotten { before: Timestamp },
}

/// What is told which executions are about to be forgotten.
pub type ForgetHook = Arc<dyn Fn(&[ExpiredExecution]) + Send + Sync>;

/// The way to the archiver.
pub(crate) enum Archiver {
    /// A thread of its own.
    Thread { jobs: Option<Sender<Job>>, thread: Option<JoinHandle<()>>, stop: Arc<AtomicBool> },
    /// At once, in the caller's thread, for simulations.
    Inline(Worker),
}

impl Archiver {
    pub(crate) fn inline(
        archive: Arc<dyn Archive>,
        storage: Arc<dyn Storage>,
        hooks: Hooks,
    ) -> (Self, mpsc::UnboundedReceiver<Done>) {
        let (done, receiver) = mpsc::unbounded_channel();
        (Self::Inline(Worker::new(archive, storage, done, hooks)), receiver)
    }

    pub(crate) fn thread(
        archive: Arc<dyn Archive>,
        storage: Arc<dyn Storage>,
        hooks: Hooks,
    ) -> io::Result<(Self, mpsc::UnboundedReceiver<Done>)> {
        let (done, receiver) = mpsc::unbounded_channel();
        let mut worker = Worker::new(archive, storage, done, hooks);
        let (jobs, waiting) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let run = move || worker.run(&waiting, &stopped);
        let thread = thread::Builder::new().name("archiver".to_owned()).spawn(run)?;
        Ok((Self::Thread { jobs: Some(jobs), thread: Some(thread), stop }, receiver))
    }

    /// Queues a job. The engine bounds how many executions wait to be archived.
    pub(crate) fn submit(&mut self, job: Job) {
        match self {
            // The thread ends only when the sender does.
            Self::Thread { jobs, .. } => drop(jobs.as_ref().map(|jobs| jobs.send(job))),
            Self::Inline(worker) => worker.work(vec![job], || false),
        }
    }
}

impl Drop for Archiver {
    fn drop(&mut self) {
        if let Self::Thread { jobs, thread, stop } = self {
            stop.store(true, Ordering::Relaxed);
            drop(jobs.take());
            drop(thread.take().map(JoinHandle::join));
        }
    }
}

pub(crate) struct Worker {
    archive: Arc<dyn Archive>,
    storage: Arc<dyn Storage>,
    done: mpsc::UnboundedSender<Done>,
    /// Segments that could not be removed yet, and those after them.
    unneeded: VecDeque<u64>,
    /// A sync failed: nothing is known to be durable any more, whatever later ones say.
    broken: bool,
    trouble: Trouble,
    hooks: Hooks,
}

/// Who is told what.
#[derive(Clone)]
pub(crate) struct Hooks {
    /// A sync failed.
    pub(crate) on_fatal: FatalHook,
    pub(crate) on_forget: ForgetHook,
}

impl Worker {
    fn new(
        archive: Arc<dyn Archive>,
        storage: Arc<dyn Storage>,
        done: mpsc::UnboundedSender<Done>,
        hooks: Hooks,
    ) -> Self {
        let (unneeded, trouble) = (VecDeque::new(), Trouble::default());
        Self { archive, storage, done, unneeded, broken: false, trouble, hooks }
    }

    fn run(&mut self, jobs: &Receiver<Job>, stop: &AtomicBool) {
        while let Ok(first) = jobs.recv() {
            let mut batch = vec![first];
            batch.extend(jobs.try_iter().take(BATCH - 1));
            // What is given up at the end is still in the log.
            self.work(batch, || {
                thread::sleep(RETRY);
                !stop.load(Ordering::Relaxed)
            });
        }
    }

    /// Does the jobs in order. `again` is asked whether to try once more what failed.
    fn work(&mut self, jobs: Vec<Job>, again: impl Fn() -> bool) {
        let mut rows = Vec::new();
        for job in jobs {
            match job {
                Job::Store(row) => rows.push(row),
                Job::Sync { before } => {
                    self.store(std::mem::take(&mut rows), &again);
                    self.sync(before, &again);
                }
                Job::Forget { before } => self.forget(before),
                Job::Remove(segments) => self.remove(segments),
            }
        }
        self.store(rows, &again);
    }

    fn store(&mut self, rows: Vec<Arc<ArchivedExecution>>, again: impl Fn() -> bool) {
        if rows.is_empty() {
            return;
        }
        let rows: Arc<[Arc<ArchivedExecution>]> = rows.into();
        while let Err(error) = self.archive.store(rows.clone()) {
            self.trouble.tell(&error.to_string());
            if !again() {
                return;
            }
        }
        self.trouble.is_over();
        self.report(Done::Stored(rows));
    }

    /// What cannot be forgotten now is forgotten later.
    fn forget(&mut self, before: Timestamp) {
        let expired = match self.archive.expired(before, BATCH) {
            Ok(expired) => expired,
            Err(error) => return self.trouble.tell(&error.to_string()),
        };
        if expired.is_empty() {
            return;
        }
        (self.hooks.on_forget)(&expired);
        let numbers = expired.iter().map(|execution| execution.number).collect();
        match self.archive.remove(numbers) {
            Ok(()) => self.report(Done::Forgotten { before }),
            Err(error) => self.trouble.tell(&error.to_string()),
        }
    }

    /// Not to be tried again once it failed: the second try may succeed without having written anything.
    fn sync(&mut self, before: u64, again: impl Fn() -> bool) {
        if self.broken {
            return;
        }
        loop {
            match self.archive.sync() {
                Ok(()) => {
                    self.trouble.is_over();
                    return self.report(Done::Synced { before });
                }
                Err(SyncError::NotTried(error)) => {
                    self.trouble.tell(&format!("it cannot be synced: {error}"))
                }
                Err(SyncError::Failed(error)) => {
                    self.broken = true;
                    return (self.hooks.on_fatal)(&format!("a sync of the archive failed: {error}"));
                }
            }
            if !again() {
                return;
            }
        }
    }

    /// Oldest first and none before those that could not be: the files that remain stay without gaps. What is still
    /// there at the end, the next start finds.
    fn remove(&mut self, segments: Vec<u64>) {
        self.unneeded.extend(segments);
        while let Some(number) = self.unneeded.front() {
            match self.storage.remove(&segment::file_name(*number)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return,
                Ok(()) | Err(_) => drop(self.unneeded.pop_front()),
            }
        }
    }

    fn report(&self, done: Done) {
        // Nobody listens any more when the engine has ended.
        drop(self.done.send(done));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Mutex;

    use super::*;
    use crate::journal::{MemoryArchive, MemoryStorage};

    #[test]
    fn what_was_refused_is_tried_again_and_only_a_sync_that_failed_is_fatal() {
        let (archive, fatal) = (MemoryArchive::new(), Arc::new(Mutex::new(Vec::new())));
        let reported = fatal.clone();
        let hooks = Hooks {
            on_fatal: Arc::new(move |message| reported.lock().unwrap().push(message.to_owned())),
            on_forget: Arc::new(|_| {}),
        };
        let (done, mut answers) = mpsc::unbounded_channel();
        let storage = Arc::new(MemoryStorage::new());
        let mut worker = Worker::new(Arc::new(archive.clone()), storage, done, hooks);
        let tries = Cell::new(0);
        let again = || {
            tries.set(tries.get() + 1);
            true
        };
        archive.refuse_next(3);
        worker.work(vec![Job::Sync { before: 2 }], again);
        assert_eq!((tries.get(), answers.try_recv().unwrap()), (3, Done::Synced { before: 2 }));
        assert!(fatal.lock().unwrap().is_empty());
        archive.lose_next_sync();
        worker.work(vec![Job::Sync { before: 3 }, Job::Sync { before: 4 }], again);
        assert_eq!((tries.get(), answers.try_recv().is_err()), (3, true));
        assert_eq!(*fatal.lock().unwrap(), ["a sync of the archive failed: the disk failed"]);
    }
}
