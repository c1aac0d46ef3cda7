//! Everything put together: store, books, providers, harness, engine and coordinator in one process.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use amends_adapters::books::{Books, SqliteBooks};
use amends_adapters::inventory::SandboxInventory;
use amends_adapters::notification::{Notification, SandboxNotification};
use amends_adapters::payment::SandboxPayment;
use amends_adapters::sandbox;
use amends_coordinator::{EmbeddedStepFunctions, SagaKind, extend_deadlines};
use amends_engine::clock::SystemClock;
use amends_engine::driver::{Engine, EngineOptions};
use amends_engine::journal::DirectoryId;
use amends_harness::{Harness, HarnessOptions, Saga};
use amends_sqlite::Options;
use amends_store::Store;
use amends_store_sqlite::SqliteStore;
use amends_types::{Clock, SplitMix};
use amends_workers::{OrderSagaParts, order_saga};

use crate::args::Mail;
use crate::data_dir::{DataDir, DataLock};
use crate::failure::Failure;
use crate::full_disk::EndsWhenFull;
use crate::worker::InProcessWorker;
use crate::{mail, sagas};

/// A data directory at work.
pub(crate) struct Runtime {
    /// The store as sagas see it.
    store: Arc<dyn Store>,
    /// The same, for its statistics.
    pub(crate) sqlite: Arc<SqliteStore>,
    pub(crate) books: Arc<SqliteBooks>,
    pub(crate) worker: Arc<InProcessWorker>,
    pub(crate) functions: EmbeddedStepFunctions,
    pub(crate) kind: SagaKind,
    pub(crate) clock: Arc<dyn Clock>,
    /// How often the engine's journal was synced.
    pub(crate) journal_syncs: Arc<AtomicU64>,
    _lock: DataLock,
}

impl Runtime {
    /// Opens a data directory, and resumes what was under way when it was last used.
    pub(crate) async fn open(path: &Path, mail: &Mail) -> Result<Self, Failure> {
        let (dir, lock) = DataDir::locked(path)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let sqlite = Arc::new(SqliteStore::open(&dir.store(), clock.clone()).map_err(Failure::failed)?);
        let store: Arc<dyn Store> = Arc::new(EndsWhenFull { store: sqlite.clone(), dir: path.to_owned() });
        let books = SqliteBooks::open(&dir.books(), Options::default()).map_err(Failure::failed)?;
        let books = Arc::new(books);
        let saga = build_saga(&store, &books, &clock, mail)?;
        let (kind, machines) = (sagas::kind(saga.definition()), machines_of(&saga));
        let harness = Harness::new(HarnessOptions {
            store: store.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SplitMix::from_system()),
            sagas: vec![saga],
        });
        // The lock proves that no worker of this directory is alive; the engine may begin only after this.
        harness.end_leases_of_dead_workers().await.map_err(Failure::failed)?;
        extend_deadlines(&*store, &kind, None).await.map_err(Failure::failed)?;
        let worker = Arc::new(InProcessWorker::new(harness));
        let journal_syncs = Arc::new(AtomicU64::new(0));
        let functions = open_engine(&dir, &sqlite, &worker, &machines, journal_syncs.clone())?;
        Ok(Self { store, sqlite, books, worker, functions, kind, clock, journal_syncs, _lock: lock })
    }

    /// The store behind its trait.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    /// Lets requests arrive at the sandbox that were sent and are still on their way.
    pub(crate) async fn settle_sandbox(&self) -> Result<(), Failure> {
        sandbox::settle(&*self.books, self.clock.now()).await.map(drop).map_err(Failure::failed)
    }
}

fn build_saga(
    store: &Arc<dyn Store>,
    books: &Arc<SqliteBooks>,
    clock: &Arc<dyn Clock>,
    mail: &Mail,
) -> Result<Saga, Failure> {
    let books: Arc<dyn Books> = books.clone();
    let notification: Arc<dyn Notification> = match mail::notification(mail, clock)? {
        Some(smtp) => Arc::new(smtp),
        None => Arc::new(SandboxNotification::new(books.clone(), clock.clone())),
    };
    Ok(order_saga(OrderSagaParts {
        payment: Arc::new(SandboxPayment::new(books.clone(), clock.clone())),
        notification,
        inventory: Arc::new(SandboxInventory::new(books, clock.clone())),
        store: store.clone(),
    }))
}

fn machines_of(saga: &Saga) -> [(String, String); 2] {
    let definition = saga.definition();
    [
        (definition.name().to_owned(), definition.forward_machine()),
        (definition.unwind_name(), definition.unwind_machine()),
    ]
}

fn open_engine(
    dir: &DataDir,
    store: &Arc<SqliteStore>,
    worker: &Arc<InProcessWorker>,
    machines: &[(String, String)],
    syncs: Arc<AtomicU64>,
) -> Result<EmbeddedStepFunctions, Failure> {
    let seen = store.clone();
    let options = EngineOptions {
        // Asked once before each sync of the journal.
        watermark: Arc::new(move || {
            syncs.fetch_add(1, Ordering::Relaxed);
            seen.commit_sequence()
        }),
        ..EngineOptions::new(DirectoryId(*store.directory_id().as_bytes()), worker.clone())
    };
    let engine = Engine::open(&dir.engine(), options).map_err(Failure::failed)?;
    for (name, definition) in machines {
        engine.register_machine(name, definition).map_err(Failure::failed)?;
    }
    Ok(EmbeddedStepFunctions::new(engine))
}
