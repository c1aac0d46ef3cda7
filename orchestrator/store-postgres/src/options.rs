//! How a database is opened.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use amends_types::Clock;
use sqlx::postgres::PgConnectOptions;

use crate::OpenError;

/// Whose clock transactions go by.
#[derive(Clone, Default)]
pub enum TimeSource {
    /// The database's: the same for all processes.
    #[default]
    Database,
    /// A given one, for tests.
    Clock(Arc<dyn Clock>),
}

/// How a database is opened. Its `Debug` shows no address, which may hold a password.
#[derive(Clone)]
pub struct PostgresOptions {
    /// Where the database is: `postgres://user:password@host:port/database`.
    pub url: String,
    /// Where a replica is, for reads that may lag.
    pub replica_url: Option<String>,
    /// How many connections there are at most, to the database and to the replica each.
    pub max_connections: u32,
    /// How long a transaction waits for a connection.
    pub acquire_timeout: Duration,
    /// How long one statement may take.
    pub statement_timeout: Duration,
    /// How long one statement may wait for a lock.
    pub lock_timeout: Duration,
    /// How long a transaction may do nothing before the server ends it.
    pub idle_timeout: Duration,
    /// How far behind a replica may be; past it the database itself is read.
    pub most_lag: Duration,
    /// Whose clock transactions go by.
    pub time: TimeSource,
}

impl PostgresOptions {
    /// The usual options for a database.
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            replica_url: None,
            max_connections: 16,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(30),
            most_lag: Duration::from_secs(10),
            time: TimeSource::Database,
        }
    }

    /// What a connection to `url` is made with.
    pub(crate) fn connection(&self, url: &str) -> Result<PgConnectOptions, OpenError> {
        let options: PgConnectOptions = url.parse().map_err(|_| OpenError::Url)?;
        let millis = |limit: Duration| limit.as_millis().to_string();
        Ok(options.application_name("amends").options([
            ("statement_timeout", millis(self.statement_timeout)),
            ("lock_timeout", millis(self.lock_timeout)),
            ("idle_in_transaction_session_timeout", millis(self.idle_timeout)),
            ("synchronous_commit", "on".to_owned()),
        ]))
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("max_connections", &self.max_connections)
            .field("has_replica", &self.replica_url.is_some())
            .finish_non_exhaustive()
    }
}
