//! Store, books and providers, put together.

use std::fs::File;
use std::sync::Arc;

use amends_adapters::books::{Books, SqliteBooks};
use amends_adapters::inventory::SandboxInventory;
use amends_adapters::notification::{Notification, SandboxNotification, SmtpNotification, SmtpSettingsError};
use amends_adapters::payment::SandboxPayment;
use amends_harness::{Harness, HarnessOptions};
use amends_store::Store;
use amends_store_postgres::{PostgresOptions, PostgresStore};
use amends_store_sqlite::{Options, SqliteStore};
use amends_types::{Clock, SplitMix, SystemClock};
use amends_workers::{OrderSagaParts, order_saga};
use thiserror::Error;

use crate::settings::{Settings, StoreAt};

/// A function serves one task at a time.
const CONNECTIONS: u32 = 1;
/// The page cache of each file; there are as many processes as there are tasks at once.
const CACHE_KIB: u32 = 1024;

/// What a step works with.
pub(crate) struct Parts {
    pub(crate) harness: Harness,
    /// Held as long as this worker may do something.
    _alive: Option<File>,
}

/// A part cannot be had.
#[derive(Debug, Error)]
pub(crate) enum OpenError {
    #[error("the lock of the workers: {0}")]
    Lock(#[from] std::io::Error),
    #[error(transparent)]
    Sqlite(#[from] amends_store_sqlite::OpenError),
    #[error(transparent)]
    Postgres(#[from] amends_store_postgres::OpenError),
    #[error("the books: {0}")]
    Books(String),
    #[error(transparent)]
    Smtp(#[from] SmtpSettingsError),
}

impl Parts {
    /// # Errors
    /// [`OpenError`].
    pub(crate) async fn open(settings: &Settings) -> Result<Self, OpenError> {
        let alive = match &settings.workers {
            Some(file) => {
                let file = File::options().create(true).truncate(false).write(true).open(file)?;
                file.lock_shared()?;
                Some(file)
            }
            None => None,
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let store: Arc<dyn Store> = match &settings.store {
            StoreAt::Sqlite(file) => {
                let options = Options { cache_kib: CACHE_KIB, ..Options::default() };
                Arc::new(SqliteStore::open_with(file, clock.clone(), options)?)
            }
            StoreAt::Postgres(url) => {
                let options = PostgresOptions { max_connections: CONNECTIONS, ..PostgresOptions::new(url) };
                Arc::new(PostgresStore::open(&options).await?)
            }
        };
        let options = Options { cache_kib: CACHE_KIB, ..Options::default() };
        let books = SqliteBooks::open(&settings.books, options);
        let books: Arc<dyn Books> = Arc::new(books.map_err(|error| OpenError::Books(error.to_string()))?);
        let notification: Arc<dyn Notification> = match settings.smtp.clone() {
            Some(smtp) => Arc::new(SmtpNotification::new(smtp, clock.clone())?),
            None => Arc::new(SandboxNotification::new(books.clone(), clock.clone())),
        };
        let saga = order_saga(OrderSagaParts {
            payment: Arc::new(SandboxPayment::new(books.clone(), clock.clone())),
            notification,
            inventory: Arc::new(SandboxInventory::new(books, clock.clone())),
            store: store.clone(),
        });
        let entropy = Arc::new(SplitMix::from_system());
        let harness = Harness::new(HarnessOptions { store, clock, entropy, sagas: vec![saga] });
        Ok(Self { harness, _alive: alive })
    }
}
