//! The handle: reads on the caller's thread, writes on the writer's.

use std::fs::File;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::readers::Readers;
use crate::request::{Request, Work};
use crate::writer::{Shared, Writer};
use crate::{OpenError, Options, Statistics, SyncError, WriteError, connection, migration};

/// One SQLite file, open for reading and writing. Clones are handles to the same.
///
/// When the last handle goes, the requests that wait are served, the thread ends and the file is closed.
#[derive(Debug, Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    readers: Readers,
    log: PathBuf,
    shared: Arc<Shared>,
    max_queue: usize,
    /// `None` only while the last handle is being dropped.
    sender: Option<Sender<Box<dyn Request>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Database {
    /// Opens the file, creates it if need be, and applies the migrations that it lacks.
    ///
    /// # Errors
    /// When the file cannot be opened, cannot use a write-ahead log, or when its schema is newer than `migrations`
    /// or was made by others than these.
    ///
    /// # Panics
    /// When the migrations are not numbered 1, 2, 3, …
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Sqlite { path: path.to_owned(), source };
        let db = connection::open_writer(path, &options)?;
        migration::migrate(&db, path, options.migrations)?;
        let shared = Arc::new(Shared::default());
        let max_queue = options.max_queue;
        let writer = Writer::new(db, path, options, shared.clone()).map_err(failed)?;
        let (sender, receiver) = channel();
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || writer.run(&receiver))
            .map_err(|source| OpenError::Thread { path: path.to_owned(), source })?;
        let readers = Readers::new(path);
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let inner = Inner {
            readers,
            log: log.into(),
            shared,
            max_queue,
            sender: Some(sender),
            thread: Mutex::new(Some(thread)),
        };
        let database = Self { inner: Arc::new(inner) };
        // A process before this one may have ended between writing and syncing: what it left is believed from now on.
        database.sync().map_err(|source| OpenError::Sync { path: path.to_owned(), source })?;
        Ok(database)
    }

    /// Runs `work` on the writer thread and answers once its commit is durable.
    ///
    /// The request is queued at once, whether the future is polled or not; dropping the future does not take it
    /// back. It runs in a savepoint, rolled back if `work` returns an error or panics; others in the same commit are
    /// not affected. It sees what earlier requests wrote, durable or not. It must be quick, and must neither begin
    /// nor end a transaction.
    ///
    /// # Errors
    /// What `work` returned, or a [`WriteError`]; in either case nothing was written. If the outcome of the commit
    /// is unknown, the future never completes and [`Options::on_fatal`] runs.
    pub fn write<T, E, W>(&self, work: W) -> impl Future<Output = Result<T, E>> + Send + use<T, E, W>
    where
        W: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<WriteError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let sent = self.send(work, move |result| drop(reply.send(result)));
        async move {
            sent?;
            answer.await.unwrap_or_else(|_| Err(WriteError::Stopped.into()))
        }
    }

    /// As [`Database::write`], blocking the thread. Not for async code, nor for use within a request.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub fn write_blocking<T, E, W>(&self, work: W) -> Result<T, E>
    where
        W: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<WriteError> + Send + 'static,
    {
        let (reply, answer): (_, Receiver<Result<T, E>>) = sync_channel(1);
        self.send(work, move |result| drop(reply.send(result)))?;
        answer.recv().unwrap_or_else(|_| Err(WriteError::Stopped.into()))
    }

    /// Runs `work` on one consistent snapshot of the last durable commit. Blocks the thread while it reads.
    ///
    /// # Errors
    /// What `work` returned, or that no connection could be opened.
    pub fn read<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.inner.readers.read(work)
    }

    /// Makes every answered write durable. Only needed with [`Synchronous::Normal`](crate::Synchronous::Normal).
    ///
    /// # Errors
    /// [`SyncError::NotTried`] when the log cannot be opened, such as for want of a file descriptor;
    /// [`SyncError::Failed`] when it cannot be synced: what is durable is then unknown.
    pub fn sync(&self) -> Result<(), SyncError> {
        // Commits are in the log until a checkpoint has put them into the file, durably, by itself. Unlike the file,
        // the log carries no advisory locks, which closing a second descriptor would drop.
        match File::open(&self.inner.log) {
            Ok(log) => log.sync_data().map_err(SyncError::Failed),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(SyncError::NotTried(error)),
        }
    }

    /// The number of the last durable commit that changed something, counted over the life of the file.
    ///
    /// It is recorded in the file by the commit itself, so a file restored from an older backup shows a lower one.
    /// Cheap. Once a write has been answered, this is at least the number of its commit. What another process has
    /// committed since is counted with the next commit here.
    pub fn commit_seq(&self) -> u64 {
        self.inner.shared.commit_seq.load(Ordering::Acquire)
    }

    /// What this database has done since it was opened.
    pub fn statistics(&self) -> Statistics {
        self.inner.shared.counters.read()
    }

    fn send<T, E, W>(
        &self,
        work: W,
        reply: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), WriteError>
    where
        W: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<WriteError> + Send + 'static,
    {
        let limit = self.inner.max_queue;
        if self.inner.shared.waiting.fetch_add(1, Ordering::Relaxed) >= limit {
            self.inner.shared.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(WriteError::Overloaded { limit });
        }
        let sender = self.inner.sender.as_ref().expect("a handle exists");
        sender.send(Box::new(Work::new(work, reply))).map_err(|_| WriteError::Stopped)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        drop(self.sender.take());
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // A request may hold the last handle; the writer does not wait for itself.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != thread::current().id()) {
            // A panic of the writer has been reported by its own thread.
            drop(thread.join());
        }
    }
}
