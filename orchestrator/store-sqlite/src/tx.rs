//! A transaction: the nouns' statements, on the connection that is inside it.

use amends_store::{Access, StoreError, Tx};
use amends_types::Timestamp;
use rusqlite::{Connection, Params};

use crate::columns::{Columns, Stored};
use crate::error::store_error;

/// A transaction of the [`SqliteStore`](crate::SqliteStore).
pub(crate) struct SqliteTx<'a> {
    db: &'a Connection,
    now: Timestamp,
    access: Access,
}

impl<'a> SqliteTx<'a> {
    /// The transaction that `db` is in.
    pub(crate) fn new(db: &'a Connection, now: Timestamp, access: Access) -> Self {
        Self { db, now, access }
    }

    /// The row that `sql` selects, if there is one.
    pub(crate) fn one<T: Stored>(&self, sql: &str, values: impl Params) -> Result<Option<T>, StoreError> {
        let mut statement = self.db.prepare_cached(sql).map_err(|error| store_error(&error))?;
        let mut rows = statement.query(values).map_err(|error| store_error(&error))?;
        rows.next().map_err(|error| store_error(&error))?.map(Columns::read).transpose()
    }

    /// All rows that `sql` selects.
    pub(crate) fn many<T: Stored>(&self, sql: &str, values: impl Params) -> Result<Vec<T>, StoreError> {
        let mut statement = self.db.prepare_cached(sql).map_err(|error| store_error(&error))?;
        let mut rows = statement.query(values).map_err(|error| store_error(&error))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|error| store_error(&error))? {
            found.push(Columns::read(row)?);
        }
        Ok(found)
    }

    /// Changes rows; says how many.
    pub(crate) fn change(&self, sql: &str, values: impl Params) -> Result<usize, StoreError> {
        self.require_writing()?;
        let mut statement = self.db.prepare_cached(sql).map_err(|error| store_error(&error))?;
        statement.execute(values).map_err(|error| store_error(&error))
    }

    /// Refuses a change that a caller may not make, or that would no longer be part of the transaction.
    pub(crate) fn require_writing(&self) -> Result<(), StoreError> {
        match self.access {
            Access::Read | Access::ReadLagging => Err(StoreError::ReadOnly),
            // A full disk ends the transaction at once. Work that went on regardless would commit by the statement.
            Access::Write if self.db.is_autocommit() => {
                Err(StoreError::Unavailable("an earlier error has ended the transaction".to_owned()))
            }
            Access::Write => Ok(()),
        }
    }
}

impl Tx for SqliteTx<'_> {
    fn now(&self) -> Timestamp {
        self.now
    }
}

/// A limit as SQLite takes it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The refusal of a change that needs a row to be there, or not to be.
pub(crate) fn refused(what: &str, name: &str, why: &str) -> StoreError {
    StoreError::Constraint(format!("{what} {name} {why}"))
}
