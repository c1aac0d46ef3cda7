//! The store under test, with a clock to set and threads to use it at once.

use std::sync::Arc;

use amends_types::{Clock, Timestamp};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use super::SetClock;
use crate::{Store, StoreError, Tx};

/// How many threads use the store at once.
const THREADS: usize = 4;

/// 2026-01-01T00:00:00Z, when every case begins.
pub(super) const BEGIN: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

/// A new and empty store under test.
pub struct Subject {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<SetClock>,
    runtime: Runtime,
}

impl Subject {
    /// The store that `open` makes with the clock that it is given.
    pub fn of(open: impl FnOnce(Arc<dyn Clock>) -> Arc<dyn Store>) -> Self {
        let clock = Arc::new(SetClock::at(BEGIN));
        let runtime = Builder::new_multi_thread().worker_threads(THREADS).build().unwrap();
        Self { store: open(clock.clone()), clock, runtime }
    }

    /// Runs `work` in a transaction that may change rows.
    pub(super) fn try_write<T, E>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.runtime.block_on(self.store.transact(work))
    }

    /// As [`Subject::try_write`], for work that succeeds.
    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.try_write(work).unwrap()
    }

    /// Runs `work` in a transaction that only reads.
    pub(super) fn try_read<T, E>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.runtime.block_on(self.store.query(work))
    }

    /// As [`Subject::try_read`], for work that succeeds.
    pub(super) fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.try_read(work).unwrap()
    }

    /// Runs the work of all workers at once; answers in the order of workers, with `None` for one that panicked.
    pub(super) fn at_once<W, T, E>(
        &self,
        workers: usize,
        work: impl Fn(usize) -> W,
    ) -> Vec<Option<Result<T, E>>>
    where
        W: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let begin = |worker| {
            let (store, work) = (self.store.clone(), work(worker));
            self.spawn(async move { store.transact(work).await })
        };
        let tasks: Vec<_> = (0..workers).map(begin).collect();
        tasks.into_iter().map(|task| self.join(task)).collect()
    }

    /// Begins a task on the store's threads.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime.spawn(task)
    }

    /// The answer of a task, or `None` if it panicked.
    pub(super) fn join<T>(&self, task: JoinHandle<T>) -> Option<T> {
        self.runtime.block_on(task).ok()
    }
}
