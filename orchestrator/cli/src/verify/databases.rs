//! SQLite under exploration: each run has a database file of its own, the copy of one that is new.
//!
//! A run has one thread and virtual time, and expects that its store answers when it is asked. SQLite's writer is
//! another thread, so each transaction blocks until that one has answered.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use amends_engine::clock::SystemClock;
use amends_store::{Access, MemoryStore, Store, StoreError, Work};
use amends_store_sqlite::{Options, SqliteStore, Synchronous};
use amends_types::{BoxFuture, Clock, DeploymentId};
use amends_verify::explore::MakeStore;
use tempfile::TempDir;

use crate::failure::Failure;

/// The databases of all runs, in a directory that is removed with the last handle.
pub(crate) struct Databases {
    dir: TempDir,
    made: AtomicU64,
    has_failed: AtomicBool,
    failure: Mutex<Option<String>>,
}

impl Databases {
    pub(crate) fn new() -> Result<Arc<Self>, Failure> {
        let dir = tempfile::Builder::new().prefix("amends-verify-").tempdir();
        let dir =
            dir.map_err(|error| Failure::Failed(format!("cannot make a temporary directory: {error}")))?;
        let databases = Self {
            dir,
            made: AtomicU64::new(0),
            has_failed: AtomicBool::new(false),
            failure: Mutex::new(None),
        };
        // Closing a database copies its log into the file and removes it, so the file is all there is to copy.
        drop(open(&databases.template(), Arc::new(SystemClock::new())).map_err(Failure::Failed)?);
        Ok(Arc::new(databases))
    }

    /// Makes the store of each run.
    pub(crate) fn make_store(self: &Arc<Self>) -> MakeStore {
        let databases = self.clone();
        Arc::new(move |clock: Arc<dyn Clock>| match databases.make(clock.clone()) {
            Ok(store) => Arc::new(store) as Arc<dyn Store>,
            Err(reason) => {
                databases.fail(reason);
                // The run goes on, as runs cannot fail; the search ends after it and is not believed.
                Arc::new(MemoryStore::new(clock, DeploymentId::fixed(1)))
            }
        })
    }

    /// Whether a database could not be made or used; a search asks after each run.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    /// What went wrong with the databases themselves, which says nothing about a saga.
    ///
    /// # Errors
    /// If anything did.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure
            .as_ref()
            .map_or(Ok(()), |reason| Err(Failure::Failed(format!("exploring on SQLite: {reason}"))))
    }

    fn make(self: &Arc<Self>, clock: Arc<dyn Clock>) -> Result<RunStore, String> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let path = self.dir.path().join(format!("{number}.db"));
        std::fs::copy(self.template(), &path)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        let store = open(&path, clock)?;
        Ok(RunStore { store: Some(store), path, databases: self.clone() })
    }

    fn template(&self) -> PathBuf {
        self.dir.path().join("template.db")
    }

    fn fail(&self, reason: String) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
        self.has_failed.store(true, Ordering::Relaxed);
    }
}

/// Nothing has to survive a power cut here.
fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<SqliteStore, String> {
    let options = Options { synchronous: Synchronous::Normal, ..Options::default() };
    SqliteStore::open_with(path, clock, options).map_err(|error| error.to_string())
}

/// The store of one run; its files are removed with it.
struct RunStore {
    /// `None` only while it is being dropped.
    store: Option<SqliteStore>,
    path: PathBuf,
    databases: Arc<Databases>,
}

impl RunStore {
    fn store(&self) -> &SqliteStore {
        self.store.as_ref().expect("it is open until it is dropped")
    }
}

impl Store for RunStore {
    fn deployment(&self) -> DeploymentId {
        self.store().deployment()
    }

    fn commit_sequence(&self) -> u64 {
        self.store().commit_sequence()
    }

    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            // Where a task of tokio asks, as in tests, its budget must not end the wait: nothing would renew it.
            let asked = tokio::task::unconstrained(self.store().run(access, work));
            let answer = block_on(asked);
            if let Err(error @ (StoreError::Full(_) | StoreError::Unavailable(_))) = &answer {
                self.databases.fail(error.to_string());
            }
            answer
        })
    }
}

impl Drop for RunStore {
    fn drop(&mut self) {
        drop(self.store.take());
        for end in ["", "-wal", "-shm"] {
            let mut path = self.path.clone().into_os_string();
            path.push(end);
            // A closed database has no log any more; and what is left is removed with the directory.
            drop(std::fs::remove_file(path));
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits without a runtime, whose timers and tasks a run must not know of.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    // It is the store that it stands before.
    amends_store::store_suite!(databases, |clock| {
        Arc::new(Databases::new().unwrap().make(clock).unwrap())
    });

    #[test]
    fn a_store_answers_when_it_is_asked_and_leaves_no_file() {
        let databases = Databases::new().unwrap();
        let make = databases.make_store();
        let store = make(Arc::new(SystemClock::new()));
        let asked = store.transact(|tx| tx.products(None, 10));
        assert_eq!(asked.now_or_never().unwrap().unwrap(), []);
        drop((store, make));
        let files: Vec<_> = std::fs::read_dir(databases.dir.path()).unwrap().collect();
        assert_eq!(files.len(), 1, "{files:?}");
        assert!(databases.check().is_ok() && !databases.has_failed());
    }
}
