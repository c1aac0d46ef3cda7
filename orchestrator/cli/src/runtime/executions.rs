//! Where the executions of sagas run, however their tasks are done.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use amends_coordinator::StepFunctions;
use amends_engine::driver::{Engine, EngineOptions, TaskWorker};
use amends_engine::journal::DirectoryId;
use amends_lambda::Pool;
use amends_saga::SagaDefinition;
use amends_store::Store;
use amends_store_sqlite::SqliteStore;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::data_dir::DataDir;
use crate::failure::Failure;

/// With what executions are opened.
pub(super) struct Opening<'a> {
    pub(super) dir: &'a DataDir,
    /// The id that all files of the directory carry.
    pub(super) directory: Uuid,
    pub(super) definition: &'a SagaDefinition,
    /// The store's last durable commit.
    pub(super) committed: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// Counts the syncs of the journal.
    pub(super) syncs: Arc<AtomicU64>,
}

/// Executions, open.
pub(super) struct Executions {
    pub(super) functions: Arc<dyn StepFunctions>,
    pub(super) engine: Engine,
    /// The API in front of the engine, if there is one.
    pub(super) served: Mutex<Option<JoinHandle<()>>>,
    /// The functions that do the tasks, if functions do.
    pub(super) pool: Option<Pool>,
}

impl Opening<'_> {
    /// The directory's engine, whose tasks that worker does.
    pub(super) fn engine(
        &self,
        worker: Arc<dyn TaskWorker>,
        limit: impl FnOnce(&mut EngineOptions),
    ) -> Result<Engine, Failure> {
        let (committed, syncs) = (self.committed.clone(), self.syncs.clone());
        let mut options = EngineOptions {
            // Asked once before each sync of the journal.
            watermark: Arc::new(move || {
                syncs.fetch_add(1, Ordering::Relaxed);
                committed()
            }),
            ..EngineOptions::new(DirectoryId(*self.directory.as_bytes()), worker)
        };
        limit(&mut options);
        Engine::open(&self.dir.engine(), options).map_err(Failure::failed)
    }

    /// The saga's two machines, by name.
    pub(super) fn machines(&self) -> [(String, String); 2] {
        let definition = self.definition;
        [
            (definition.name().to_owned(), definition.forward_machine()),
            (definition.unwind_name(), definition.unwind_machine()),
        ]
    }
}

impl Executions {
    pub(super) async fn shutdown(&self) {
        if let Some(served) = self.served.lock().await.take() {
            served.abort();
        }
        self.engine.shutdown().await;
        // Only now: a function that is ended before would have failed its task.
        if let Some(pool) = &self.pool {
            pool.shutdown();
        }
    }
}

/// The store's last durable commit; the file is asked for it where other processes write it too.
pub(super) fn committed(
    store: &Arc<dyn Store>,
    written_by_others: Option<&Arc<SqliteStore>>,
) -> Arc<dyn Fn() -> u64 + Send + Sync> {
    match written_by_others.cloned() {
        Some(sqlite) => Arc::new(move || sqlite.latest_commit()),
        None => {
            let store = store.clone();
            Arc::new(move || store.commit_sequence())
        }
    }
}
