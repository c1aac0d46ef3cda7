//! One SQLite file with one writer thread, so that one fsync serves every request that is waiting for it.
//!
//! A request is a closure over the connection. It runs in a savepoint of its own, and nobody in its batch is
//! answered before the batch is durable. No transaction outlives a closure, so none is ever held across an await.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("shop.db");
//! use amends_sqlite::{Database, Migration, Options, WriteError, rusqlite};
//!
//! #[derive(Debug, thiserror::Error)]
//! enum ShopError {
//!     #[error(transparent)]
//!     Sql(#[from] rusqlite::Error),
//!     #[error(transparent)]
//!     Write(#[from] WriteError),
//! }
//!
//! static MIGRATIONS: &[Migration] =
//!     &[Migration { version: 1, name: "create stock", sql: "CREATE TABLE stock (sku TEXT PRIMARY KEY, free INTEGER)" }];
//!
//! let database = Database::open(&path, Options { migrations: MIGRATIONS, ..Options::default() })?;
//! let changed = database.write_blocking(|db| -> Result<usize, ShopError> {
//!     Ok(db.prepare_cached("INSERT INTO stock VALUES (?1, ?2)")?.execute(("tea", 7))?)
//! })?;
//! let free = database.read(|db| -> Result<i64, ShopError> {
//!     Ok(db.query_row("SELECT free FROM stock WHERE sku = 'tea'", (), |row| row.get(0))?)
//! })?;
//! assert_eq!((changed, free), (1, 7));
//! # drop(database);
//! # Ok(())
//! # }
//! ```

mod batch;
mod connection;
mod copy;
mod database;
mod error;
mod migration;
mod options;
mod read_only;
mod readers;
mod request;
mod statistics;
mod writer;

pub use copy::{CopyError, copy};
pub use database::Database;
pub use error::{OpenError, SyncError, WriteError, explain, is_damage};
pub use migration::Migration;
pub use options::{FatalHook, Options, Synchronous};
pub use read_only::ReadOnlyDatabase;
pub use rusqlite;
pub use statistics::Statistics;
