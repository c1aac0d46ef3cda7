//! What a failure of PostgreSQL means to whoever uses the store.
//!
//! Messages are made of the SQLSTATE, the table and the constraint. The server's own text and detail are left out: they
//! may hold the values of a row.

use amends_store::StoreError;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;
use thiserror::Error;

/// Why a database could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The address is none.
    #[error("the address of the database is not of the form postgres://user:password@host:port/database")]
    Url,
    /// It cannot be reached, or refuses.
    #[error("the database cannot be used: {0}")]
    Unavailable(StoreError),
    /// A migration failed; nothing of it was kept.
    #[error("migration {version} ({name}) of the database failed: {source}")]
    Migration {
        /// Its number.
        version: i64,
        /// Its name.
        name: &'static str,
        /// Why.
        source: StoreError,
    },
    /// A migration that was applied says something else here.
    #[error(
        "migration {version} of the database is not the one that this program has; do not change migrations"
    )]
    ChangedMigration {
        /// Its number.
        version: i64,
    },
    /// A newer program has made changes that this one does not understand.
    #[error(
        "the database is of version {found}, which needs a program of version {needed}; this one has {known}"
    )]
    Newer {
        /// The database's version.
        found: i64,
        /// The least version that may use it.
        needed: i64,
        /// This program's.
        known: i64,
    },
    /// The database lacks a migration, and nothing may be changed now.
    #[error("the database is of version {found}, this program needs {needed}: start `amends up` on it once")]
    Older {
        /// The database's version.
        found: i64,
        /// This program's.
        needed: i64,
    },
}

/// What a failed statement means.
pub(crate) fn store_error(error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(database) => of_database(&**database),
        sqlx::Error::PoolTimedOut => {
            StoreError::Unavailable("all connections are in use; try again later".to_owned())
        }
        sqlx::Error::PoolClosed => StoreError::Unavailable("the store is closed".to_owned()),
        sqlx::Error::ColumnDecode { index, .. } => StoreError::Corrupt(format!("column {index}")),
        sqlx::Error::Io(error) => StoreError::Unavailable(format!("the connection failed: {}", error.kind())),
        _ => StoreError::Unavailable("the connection failed".to_owned()),
    }
}

fn of_database(error: &dyn DatabaseError) -> StoreError {
    let code = error.code().unwrap_or_default().into_owned();
    let place = place(error);
    match code.as_str() {
        "53100" => StoreError::Full("the database's disk is full".to_owned()),
        "40001" | "40P01" => StoreError::Unavailable(format!("others were in the way (SQLSTATE {code})")),
        "55P03" => StoreError::Unavailable(format!("a lock{place} was waited for too long")),
        "57014" => StoreError::Unavailable("a statement took too long".to_owned()),
        code if code.starts_with("23") => {
            StoreError::Constraint(format!("a constraint{place} (SQLSTATE {code})"))
        }
        code => StoreError::Unavailable(format!("PostgreSQL answered SQLSTATE {code}{place}")),
    }
}

/// The table and the constraint, as far as they are known.
fn place(error: &dyn DatabaseError) -> String {
    let Some(error) = error.try_downcast_ref::<PgDatabaseError>() else { return String::new() };
    let mut place = String::new();
    if let Some(table) = error.table() {
        place += &format!(" on {table}");
    }
    if let Some(constraint) = error.constraint() {
        place += &format!(" ({constraint})");
    }
    place
}

/// Whether the server has rolled the transaction back because others were in the way: the work may be done again.
pub(crate) fn is_retryable(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

/// Whether the server itself has answered.
pub(crate) fn is_answer(error: &sqlx::Error) -> bool {
    // 57P01 to 57P03 are a server that is going away; whether it did what was asked is open.
    match error.as_database_error().and_then(DatabaseError::code) {
        Some(code) => !code.starts_with("57P") && !code.starts_with("08"),
        None => false,
    }
}
