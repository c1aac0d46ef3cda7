//! The store itself: opening the database, and running work in transactions of it.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use amends_store::{Access, Store, StoreError, Tx, Work};
use amends_types::{BoxFuture, DeploymentId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use tokio::runtime::Handle;

use crate::commit::{self, Fate, Number, fate_of};
use crate::error::{is_answer, is_retryable, store_error};
use crate::migration::{self, MIGRATIONS};
use crate::options::TimeSource;
use crate::tx::PostgresTx;
use crate::{OpenError, PostgresOptions, meta, time};

const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
/// How often work is done again because others were in the way.
const MOST_ATTEMPTS: u32 = 10;

/// A store in one PostgreSQL database. Clones are handles to the same.
#[derive(Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    replica: Option<PgPool>,
    connection: PgConnectOptions,
    handle: Handle,
    source: TimeSource,
    most_lag: Duration,
    deployment: DeploymentId,
    /// The time of the latest commit of this process that changed something.
    latest: AtomicU64,
}

impl PostgresStore {
    /// Opens the database, and applies the migrations that it lacks. The store works on the runtime that this is called
    /// on, which must outlive it.
    ///
    /// # Errors
    /// When the database cannot be reached, or needs a newer program.
    pub async fn open(options: &PostgresOptions) -> Result<Self, OpenError> {
        let pool = pool(options, &options.url)?;
        let mut db = pool.acquire().await.map_err(unavailable)?;
        migration::migrate(&mut db, MIGRATIONS).await?;
        let deployment = meta::load_or_mint(&mut db).await.map_err(OpenError::Unavailable)?;
        commit::begin_epoch(&mut db).await.map_err(unavailable)?;
        Self::new(options, pool.clone(), &mut db, deployment).await
    }

    /// Opens a database only to look at it: nothing is migrated.
    ///
    /// # Errors
    /// When the database cannot be reached, or has not exactly what this program needs.
    pub async fn open_read_only(options: &PostgresOptions) -> Result<Self, OpenError> {
        let pool = pool(options, &options.url)?;
        let mut db = pool.acquire().await.map_err(unavailable)?;
        migration::require(&mut db, MIGRATIONS).await?;
        let deployment = meta::load(&mut db).await.map_err(OpenError::Unavailable)?;
        Self::new(options, pool.clone(), &mut db, deployment).await
    }

    async fn new(
        options: &PostgresOptions,
        pool: PgPool,
        db: &mut PgConnection,
        deployment: DeploymentId,
    ) -> Result<Self, OpenError> {
        let latest: i64 = sqlx::query_scalar(time::LATEST).fetch_one(db).await.map_err(unavailable)?;
        let replica = options.replica_url.as_deref().map(|url| lazy_pool(options, url)).transpose()?;
        let inner = Inner {
            pool,
            replica,
            connection: options.connection(&options.url)?,
            handle: Handle::current(),
            source: options.time.clone(),
            most_lag: options.most_lag,
            deployment,
            latest: AtomicU64::new(latest.cast_unsigned()),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Gives the database another deployment id: it is a copy, and nothing that it does may look like the original's
    /// doing. Whoever has it open must open it again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mint_deployment_anew(&self) -> Result<DeploymentId, StoreError> {
        let mut db = self.inner.pool.acquire().await.map_err(|error| store_error(&error))?;
        meta::mint_anew(&mut db).await
    }

    /// Closes the connections; what is under way is finished.
    pub async fn close(&self) {
        self.inner.pool.close().await;
        if let Some(replica) = &self.inner.replica {
            replica.close().await;
        }
    }
}

fn pool(options: &PostgresOptions, url: &str) -> Result<PgPool, OpenError> {
    lazy_pool(options, url)
}

fn lazy_pool(options: &PostgresOptions, url: &str) -> Result<PgPool, OpenError> {
    let pool = PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout);
    Ok(pool.connect_lazy_with(options.connection(url)?))
}

fn unavailable(error: sqlx::Error) -> OpenError {
    OpenError::Unavailable(store_error(&error))
}

impl Store for PostgresStore {
    fn deployment(&self) -> DeploymentId {
        self.inner.deployment
    }

    fn commit_sequence(&self) -> u64 {
        self.inner.latest.load(Ordering::Acquire)
    }

    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let inner = self.inner.clone();
            // A task of its own: whoever asked may go away, and need not be on this runtime.
            let task = self.inner.handle.spawn(async move { inner.run(access, work).await });
            match task.await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(Failure::Store(error))) => Err(error),
                Ok(Err(Failure::Panic(panic))) => resume_unwind(panic),
                Err(_) => Err(StoreError::Unavailable("the runtime of the store has ended".to_owned())),
            }
        })
    }
}

/// Why work left nothing behind.
enum Failure {
    Store(StoreError),
    /// What the work panicked with, on its way back to the caller.
    Panic(Box<dyn Any + Send>),
}

/// What one attempt came to before it was committed or rolled back.
struct Attempt {
    transaction: Transaction<'static, Postgres>,
    work: Work,
    result: Result<(), Failure>,
    /// The transaction's number and time, if it has changed something.
    changed: Option<(Number, u64)>,
    is_retryable: bool,
}

/// How an attempt ended.
enum Ended {
    Done(Result<(), Failure>),
    /// Others were in the way, and it is certain that nothing was kept.
    Again(Work, StoreError),
}

impl Inner {
    async fn run(self: Arc<Self>, access: Access, work: Work) -> Result<(), Failure> {
        let mut work = work;
        let mut error = StoreError::Unavailable("others were in the way".to_owned());
        for attempt in 0..MOST_ATTEMPTS {
            match self.attempt(access, work).await {
                Ended::Done(result) => return result,
                Ended::Again(again, because) => (work, error) = (again, because),
            }
            tokio::time::sleep(pause(attempt)).await;
        }
        Err(Failure::Store(error))
    }

    async fn attempt(self: &Arc<Self>, access: Access, work: Work) -> Ended {
        let begun = match access {
            Access::Write => self.pool.begin_with(BEGIN_WRITE).await,
            Access::Read => self.pool.begin_with(BEGIN_READ).await,
            Access::ReadLagging => match self.begin_on_replica().await {
                Some(transaction) => Ok(transaction),
                None => self.pool.begin_with(BEGIN_READ).await,
            },
        };
        let transaction = match begun {
            Ok(transaction) => transaction,
            Err(error) => return Ended::Done(Err(Failure::Store(store_error(&error)))),
        };
        let inner = self.clone();
        let done = self.handle.spawn_blocking(move || inner.work(access, transaction, work)).await;
        match done {
            Ok(attempt) => self.end(attempt).await,
            Err(_) => Ended::Done(Err(Failure::Store(StoreError::Unavailable(
                "the runtime of the store has ended".to_owned(),
            )))),
        }
    }

    /// Does the work on this thread, which may block.
    fn work(
        &self,
        access: Access,
        mut transaction: Transaction<'static, Postgres>,
        mut work: Work,
    ) -> Attempt {
        let mut tx = PostgresTx::new(&mut transaction, &self.handle, &self.source, access);
        let result = catch_unwind(AssertUnwindSafe(|| work(&mut tx)));
        let mut result = match (result, tx.failure()) {
            (Err(panic), _) => Err(Failure::Panic(panic)),
            (Ok(Err(error)), None) => Err(Failure::Store(error)),
            // Whatever the work made of it: PostgreSQL has given the transaction up, and a COMMIT would roll it back.
            (Ok(Err(StoreError::RolledBack)), Some(_)) => Err(Failure::Store(StoreError::RolledBack)),
            (Ok(_), Some(failure)) => Err(Failure::Store(failure)),
            (Ok(Ok(())), None) => Ok(()),
        };
        let mut changed = None;
        if result.is_ok() && tx.has_changed() {
            let now = tx.now().as_micros().cast_unsigned();
            match tx.failure() {
                Some(failure) => result = Err(Failure::Store(failure)),
                None => changed = Some(now),
            }
        }
        let is_retryable = tx.is_retryable();
        drop(tx);
        let changed = changed.and_then(|now| {
            let number = commit::number_of(&mut transaction);
            match self.handle.block_on(number) {
                Ok(number) => Some((number, now)),
                Err(error) => {
                    result = Err(Failure::Store(store_error(&error)));
                    None
                }
            }
        });
        Attempt { transaction, work, result, changed, is_retryable }
    }

    async fn end(&self, attempt: Attempt) -> Ended {
        let Attempt { transaction, work, result, changed, is_retryable: was_in_the_way } = attempt;
        if let Err(failure) = result {
            // Dropped without this, the connection would do it when it is used next.
            drop(transaction.rollback().await);
            return match failure {
                Failure::Store(error) if was_in_the_way => Ended::Again(work, error),
                failure => Ended::Done(Err(failure)),
            };
        }
        let Err(error) = transaction.commit().await else {
            self.acknowledge(changed.as_ref());
            return Ended::Done(Ok(()));
        };
        if is_retryable(&error) {
            return Ended::Again(work, store_error(&error));
        }
        let Some((number, _)) = changed.as_ref().filter(|_| !is_answer(&error)) else {
            return Ended::Done(Err(Failure::Store(store_error(&error))));
        };
        Ended::Done(match fate_of(number, &self.connection).await {
            Fate::Committed => {
                self.acknowledge(changed.as_ref());
                Ok(())
            }
            Fate::Aborted => Err(Failure::Store(store_error(&error))),
            Fate::Lost | Fate::Unknown => Err(Failure::Store(StoreError::OutcomeUnknown(
                "the database did not say what became of a commit".to_owned(),
            ))),
        })
    }

    fn acknowledge(&self, changed: Option<&(Number, u64)>) {
        if let Some((_, time)) = changed {
            self.latest.fetch_max(*time, Ordering::AcqRel);
        }
    }

    /// A transaction on the replica, if it can be used and has what this process was told longer ago than the bound.
    async fn begin_on_replica(&self) -> Option<Transaction<'static, Postgres>> {
        let mut transaction = self.replica.as_ref()?.begin_with(BEGIN_READ).await.ok()?;
        let there: i64 = sqlx::query_scalar(time::LATEST).fetch_one(&mut *transaction).await.ok()?;
        let lag = self.latest.load(Ordering::Acquire).saturating_sub(there.cast_unsigned());
        (Duration::from_micros(lag) <= self.most_lag).then_some(transaction)
    }
}

/// Grows with each attempt, and differs between those who are in each other's way.
fn pause(attempt: u32) -> Duration {
    let chance = uuid::Uuid::new_v4().as_u128() % 1_000;
    let chance = u64::try_from(chance).unwrap_or(0);
    Duration::from_micros((1 << attempt.min(8)) * (500 + chance))
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("deployment", &self.inner.deployment).finish_non_exhaustive()
    }
}
