//! Everything put together: store, books, providers, harness, engine and coordinator in one process.

mod embedded;
mod executions;
mod lambda;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use amends_adapters::books::{Books, SqliteBooks};
use amends_adapters::inventory::SandboxInventory;
use amends_adapters::notification::{Notification, SandboxNotification};
use amends_adapters::payment::SandboxPayment;
use amends_adapters::sandbox;
use amends_coordinator::{Coordinator, SagaKind, StepFunctions, extend_deadlines};
use amends_engine::clock::SystemClock;
use amends_harness::{Harness, HarnessOptions, Saga};
use amends_sqlite::Options;
use amends_store::Store;
use amends_store_postgres::PostgresStore;
use amends_store_sqlite::SqliteStore;
use amends_types::{Clock, EngineId, SplitMix};
use amends_workers::{OrderSagaParts, order_saga};
use uuid::Uuid;

use crate::args::{Database, Mail};
use crate::data_dir::{DataDir, DataLock};
use crate::failure::Failure;
use crate::full_disk::EndsWhenFull;
use crate::logged::{LoggedInventory, LoggedNotification, LoggedPayment};
use crate::worker::InProcessWorker;
use crate::{mail, sagas};

use executions::{Executions, Opening};
pub(crate) use lambda::LambdaWorkers;

/// What a data directory is opened with.
pub(crate) struct Settings<'a> {
    pub(crate) dir: &'a Path,
    pub(crate) mail: &'a Mail,
    /// A database in the place of the directory's own store.
    pub(crate) database: &'a Database,
    /// The sandbox's books, if they are not in the directory.
    pub(crate) books: Option<PathBuf>,
    /// Workers as Lambda functions, instead of in this process.
    pub(crate) lambda: Option<LambdaWorkers>,
}

/// A data directory at work.
pub(crate) struct Runtime {
    /// The store as sagas see it.
    store: Arc<dyn Store>,
    /// The directory's own store, if that is the one.
    pub(crate) sqlite: Option<Arc<SqliteStore>>,
    pub(crate) books: Arc<SqliteBooks>,
    pub(crate) worker: Arc<InProcessWorker>,
    pub(crate) functions: Arc<dyn StepFunctions>,
    executions: Executions,
    pub(crate) kind: SagaKind,
    pub(crate) clock: Arc<dyn Clock>,
    /// How often the engine's journal was synced.
    pub(crate) journal_syncs: Arc<AtomicU64>,
    _lock: DataLock,
}

/// The store, and what the engine must know of it.
struct Opened {
    store: Arc<dyn Store>,
    sqlite: Option<Arc<SqliteStore>>,
    /// The id that all files of the directory carry.
    directory: Uuid,
}

impl Runtime {
    /// Opens a data directory with a store of its own, and resumes what was under way when it was last used.
    pub(crate) async fn open(
        path: &Path,
        mail: &Mail,
        lambda: Option<LambdaWorkers>,
    ) -> Result<Self, Failure> {
        let database = Database::default();
        Self::open_with(Settings { dir: path, mail, database: &database, books: None, lambda }).await
    }

    /// Opens a data directory, and resumes what was under way when it was last used.
    pub(crate) async fn open_with(settings: Settings<'_>) -> Result<Self, Failure> {
        let (dir, lock) = DataDir::locked(settings.dir)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let Opened { store, sqlite, directory } = open_store(&dir, &settings, &clock).await?;
        let books = settings.books.clone().unwrap_or_else(|| dir.books());
        let books = SqliteBooks::open(&books, Options::default()).map_err(Failure::failed)?;
        let books = Arc::new(books);
        let saga = build_saga(&store, &books, &clock, settings.mail)?;
        let definition = saga.definition().clone();
        let kind = sagas::kind(&definition);
        let harness = Harness::new(HarnessOptions {
            store: store.clone(),
            clock: clock.clone(),
            entropy: Arc::new(SplitMix::from_system()),
            sagas: vec![saga],
        });
        // Where several engines share a store, sagas say whose they are.
        let engine = sqlite.is_none().then(|| EngineId::new(directory));
        if engine.is_none() {
            // The locks prove that no worker of this store is alive; the engine may begin only after this. Workers of
            // other processes on a shared database may be: their leases run out by themselves.
            let _nobody = dir.without_workers().await?;
            harness.end_leases_of_dead_workers().await.map_err(Failure::failed)?;
        }
        extend_deadlines(&*store, &kind, engine).await.map_err(Failure::failed)?;
        let worker = Arc::new(InProcessWorker::new(harness));
        let journal_syncs = Arc::new(AtomicU64::new(0));
        let opening = Opening {
            dir: &dir,
            directory,
            definition: &definition,
            committed: executions::committed(&store, sqlite.as_ref().filter(|_| settings.lambda.is_some())),
            syncs: journal_syncs.clone(),
        };
        let executions = match settings.lambda {
            None => embedded::open(opening, worker.clone(), engine)?,
            Some(workers) => lambda::open(opening, &workers, settings.mail).await?,
        };
        let functions = executions.functions.clone();
        Ok(Self {
            store,
            sqlite,
            books,
            worker,
            functions,
            executions,
            kind,
            clock,
            journal_syncs,
            _lock: lock,
        })
    }

    /// Ends the engine; what is open goes on at the next start.
    pub(crate) async fn shutdown(&self) {
        self.executions.shutdown().await;
    }

    /// The store behind its trait.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    /// Everything that a coordinator works with.
    pub(crate) fn coordinator(&self) -> Coordinator {
        Coordinator {
            store: self.store.clone(),
            functions: self.functions.clone(),
            worker: self.worker.clone(),
            clock: self.clock.clone(),
            kind: self.kind.clone(),
        }
    }

    /// Lets requests arrive at the sandbox that were sent and are still on their way.
    pub(crate) async fn settle_sandbox(&self) -> Result<(), Failure> {
        sandbox::settle(&*self.books, self.clock.now()).await.map(drop).map_err(Failure::failed)
    }
}

async fn open_store(
    dir: &DataDir,
    settings: &Settings<'_>,
    clock: &Arc<dyn Clock>,
) -> Result<Opened, Failure> {
    let Some(options) = settings.database.options() else {
        let sqlite = Arc::new(SqliteStore::open(&dir.store(), clock.clone()).map_err(Failure::failed)?);
        let directory = sqlite.directory_id();
        let store = Arc::new(EndsWhenFull { store: sqlite.clone(), dir: settings.dir.to_owned() });
        return Ok(Opened { store, sqlite: Some(sqlite), directory });
    };
    if dir.store().is_file() {
        let shown = settings.dir.display();
        return Err(Failure::Unusable(format!(
            "{shown} has a store of its own and cannot work for a database too: choose another --data"
        )));
    }
    let store = PostgresStore::open(&options).await.map_err(Failure::failed)?;
    let directory = dir.directory_of(store.deployment())?;
    Ok(Opened { store: Arc::new(store), sqlite: None, directory })
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
    let notification: Arc<dyn Notification> = Arc::new(LoggedNotification(notification));
    let payment = Arc::new(SandboxPayment::new(books.clone(), clock.clone()));
    let inventory = Arc::new(SandboxInventory::new(books, clock.clone()));
    Ok(order_saga(OrderSagaParts {
        payment: Arc::new(LoggedPayment(payment)),
        notification,
        inventory: Arc::new(LoggedInventory(inventory)),
        store: store.clone(),
    }))
}
