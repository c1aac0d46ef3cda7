//! How the service is started, and where its store is.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use amends_store_postgres::PostgresOptions;
use clap::{Args, ValueEnum};

use super::{Data, Mail};

/// A PostgreSQL database in the place of the store in the data directory.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Database {
    /// The store is in this PostgreSQL database: postgres://user:password@host:port/database
    #[arg(long = "database-url", value_name = "URL", env = "AMENDS_DATABASE_URL", hide_env_values = true)]
    url: Option<String>,
    /// A replica of it, for lists that may lag
    #[arg(long, value_name = "URL", env = "AMENDS_REPLICA_URL", hide_env_values = true, requires = "url")]
    replica_url: Option<String>,
    /// How many connections at most
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    database_connections: u32,
}

impl Database {
    /// How the database is opened; none if the store is in the data directory.
    pub(crate) fn options(&self) -> Option<PostgresOptions> {
        let url = self.url.as_deref()?;
        let options = PostgresOptions::new(url);
        let max_connections = self.database_connections.max(1);
        Some(PostgresOptions { replica_url: self.replica_url.clone(), max_connections, ..options })
    }
}

/// Serve orders over HTTP until Ctrl-C.
#[derive(Debug, Args)]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Where to listen; anything but loopback needs --tokens
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080", env = "AMENDS_LISTEN")]
    pub(crate) listen: SocketAddr,
    /// Products: sku,name,price_minor,currency,stock; added when absent, never reset
    #[arg(long, value_name = "PRODUCTS.csv")]
    pub(crate) products: Option<PathBuf>,
    /// Tokens that may ask, one a line (see `amends token`)
    #[arg(long, value_name = "FILE", env = "AMENDS_TOKENS")]
    pub(crate) tokens: Option<PathBuf>,
    /// Tell this address of each order's end and of alarms; signed if AMENDS_WEBHOOK_SECRET is set
    #[arg(long, value_name = "URL", env = "AMENDS_WEBHOOK")]
    pub(crate) webhook: Option<String>,
    /// How the log is written
    #[arg(long, value_enum, default_value_t = LogFormat::Pretty, env = "AMENDS_LOG_FORMAT")]
    pub(crate) log: LogFormat,
    /// Seconds that a Ctrl-C gives to orders under way; what is not done then goes on at the next start
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(crate) drain_seconds: u64,
    /// Seconds without a pulse after which another instance on the same database is lost and its orders are undone here
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(30..))]
    pub(crate) adopt_after: u64,
    /// How many orders may be under way before more are refused
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    pub(crate) max_open: usize,
    /// How many requests a second each client has
    #[arg(long, value_name = "N", default_value = "2000")]
    pub(crate) rate: NonZeroU32,
    /// The sandbox's books, if they are not in the data directory: instances on one database share them
    #[arg(long, value_name = "FILE")]
    pub(crate) books: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) mail: Mail,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Pretty,
    /// One JSON object per line
    Json,
}
