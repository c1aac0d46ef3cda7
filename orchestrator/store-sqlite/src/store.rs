//! The store itself: opening the file, and running work in transactions of it.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::Arc;

use amends_sqlite::{Database, Migration, Options, ReadOnlyDatabase, Statistics, WriteError};
use amends_store::{Access, Store, StoreError, Work};
use amends_types::{BoxFuture, Clock, DeploymentId};
use rusqlite::Connection;
use uuid::Uuid;

use crate::error::{OpenError, store_error};
use crate::meta::{self, Meta};
use crate::timeline::Timeline;
use crate::tx::SqliteTx;

pub(crate) static MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "store", sql: include_str!("../../../migrations/sqlite/0001_store.sql") },
    Migration {
        version: 2,
        name: "order service",
        sql: include_str!("../../../migrations/sqlite/0002_order_service.sql"),
    },
];

/// A store in one SQLite file.
///
/// When it is dropped, the transactions that wait are carried out first.
pub struct SqliteStore {
    file: File,
    meta: Meta,
    timeline: Arc<Timeline>,
}

/// The file, owned by this process or looked at from another.
enum File {
    Owned(Database),
    Inspected(ReadOnlyDatabase),
}

impl SqliteStore {
    /// Opens the file, creates it if need be, and applies the migrations that it lacks.
    ///
    /// # Errors
    /// When the file cannot be opened, is no store, or was written by a newer program.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_with(path, clock, Options::default())
    }

    /// As [`SqliteStore::open`], with other options; their migrations are replaced by the store's.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_with(path: &Path, clock: Arc<dyn Clock>, options: Options) -> Result<Self, OpenError> {
        let database = Database::open(path, Options { migrations: MIGRATIONS, ..options })?;
        let loaded = database.write_blocking(|db| Meta::load_or_mint(db).map_err(Failure::Store));
        let meta =
            loaded.map_err(|failure| OpenError::Meta { path: path.to_owned(), source: failure.surface() })?;
        Ok(Self::new(File::Owned(database), meta, clock))
    }

    /// Opens a file that another process may be writing. Every transaction that would change something is refused.
    ///
    /// # Errors
    /// When the file does not exist, is no store, or has a schema that is not exactly this program's.
    pub fn open_read_only(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let database = ReadOnlyDatabase::open(path, MIGRATIONS)?;
        let meta = database.read(|db| Ok::<_, rusqlite::Error>(Meta::require(db, path)));
        let failed = |error| OpenError::Meta { path: path.to_owned(), source: store_error(&error) };
        Ok(Self::new(File::Inspected(database), meta.map_err(failed)??, clock))
    }

    /// Gives the store in this file other ids, under which it is another deployment in another data directory: it is a
    /// copy. Answers the id of the data directory.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn mint_anew(path: &Path) -> Result<Uuid, OpenError> {
        let database = Database::open(path, Options { migrations: MIGRATIONS, ..Options::default() })?;
        let minted = database.write_blocking(|db| Meta::mint_anew(db).map_err(Failure::Store));
        let failed = |failure: Failure| OpenError::Meta { path: path.to_owned(), source: failure.surface() };
        Ok(minted.map_err(failed)?.directory)
    }

    fn new(file: File, meta: Meta, clock: Arc<dyn Clock>) -> Self {
        Self { file, meta, timeline: Arc::new(Timeline::after(meta.last_now, clock)) }
    }

    /// Minted once, when the file was created. The journal of the same data directory carries it too.
    pub fn directory_id(&self) -> Uuid {
        self.meta.directory
    }

    /// What the writer has done since the file was opened; nothing, if it was opened for reading.
    pub fn statistics(&self) -> Statistics {
        match &self.file {
            File::Owned(database) => database.statistics(),
            File::Inspected(_) => Statistics::default(),
        }
    }

    /// The number of the last commit that the file shows, whichever process made it. If it cannot be read now, the last
    /// one that is known here; in a file opened for reading, 0.
    pub fn latest_commit(&self) -> u64 {
        match &self.file {
            File::Owned(database) => {
                database.read(meta::commit_sequence).unwrap_or_else(|_| database.commit_seq())
            }
            File::Inspected(database) => database.read(meta::commit_sequence).unwrap_or(0),
        }
    }

    async fn write(&self, work: Work) -> Result<(), StoreError> {
        let File::Owned(database) = &self.file else {
            return Err(StoreError::ReadOnly);
        };
        let timeline = self.timeline.clone();
        let written = database.write(move |db| write_in(db, &timeline, work)).await;
        written.map_err(Failure::surface)
    }

    fn read(&self, mut work: Work) -> Result<(), StoreError> {
        let in_snapshot = |db: &Connection| {
            let now = self.timeline.now_after(meta::last_now(db)?);
            work(&mut SqliteTx::new(db, now, Access::Read)).map_err(Failure::Store)
        };
        let answer = match &self.file {
            File::Owned(database) => database.read(in_snapshot),
            File::Inspected(database) => database.read(in_snapshot),
        };
        answer.map_err(Failure::surface)
    }
}

impl Store for SqliteStore {
    fn deployment(&self) -> DeploymentId {
        self.meta.deployment
    }

    /// In a file opened for reading: the number of the last commit, or 0 if it cannot be read now.
    fn commit_sequence(&self) -> u64 {
        match &self.file {
            File::Owned(database) => database.commit_seq(),
            File::Inspected(_) => self.latest_commit(),
        }
    }

    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            match access {
                Access::Read | Access::ReadLagging => self.read(work),
                Access::Write => self.write(work).await,
            }
        })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("directory_id", &self.meta.directory).finish_non_exhaustive()
    }
}

/// Runs `work` in the savepoint that the writer has made for it.
fn write_in(db: &Connection, timeline: &Timeline, mut work: Work) -> Result<(), Failure> {
    let now = timeline.next();
    let before = db.total_changes();
    let mut tx = SqliteTx::new(db, now, Access::Write);
    catch_unwind(AssertUnwindSafe(|| work(&mut tx))).map_err(Failure::Panic)?.map_err(Failure::Store)?;
    if db.total_changes() != before {
        meta::record_now(db, now)?;
    }
    Ok(())
}

/// Why work left nothing behind.
enum Failure {
    Store(StoreError),
    /// What the work panicked with, on its way back to the caller.
    Panic(Box<dyn Any + Send>),
}

impl Failure {
    /// The error, in the caller's task. A panic goes on there.
    fn surface(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Panic(panic) => resume_unwind(panic),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::Store(StoreError::Unavailable(error.to_string()))
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(store_error(&error))
    }
}
