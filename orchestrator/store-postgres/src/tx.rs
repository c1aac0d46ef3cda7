//! A transaction: the nouns' statements, on the connection that is inside it.

use std::cell::{Cell, RefCell};

use amends_store::{Access, StoreError, Tx};
use amends_types::Timestamp;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres};
use tokio::runtime::Handle;

use crate::columns::{Columns, Stored};
use crate::error::{is_retryable, store_error};
use crate::options::TimeSource;
use crate::time;

/// A statement with its values.
pub(crate) type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// A transaction of the [`PostgresStore`](crate::PostgresStore), used on a thread that may block.
pub(crate) struct PostgresTx<'a> {
    db: RefCell<&'a mut PgConnection>,
    handle: &'a Handle,
    source: &'a TimeSource,
    access: Access,
    now: Cell<Option<Timestamp>>,
    changed: bool,
    /// The first failure of a statement. PostgreSQL has given the transaction up then: it must not be committed.
    failed: RefCell<Option<StoreError>>,
    retryable: Cell<bool>,
}

impl<'a> PostgresTx<'a> {
    pub(crate) fn new(
        db: &'a mut PgConnection,
        handle: &'a Handle,
        source: &'a TimeSource,
        access: Access,
    ) -> Self {
        Self {
            db: RefCell::new(db),
            handle,
            source,
            access,
            now: Cell::new(None),
            changed: false,
            failed: RefCell::new(None),
            retryable: Cell::new(false),
        }
    }

    /// Whether a row was changed.
    pub(crate) fn has_changed(&self) -> bool {
        self.changed
    }

    /// The first failure of a statement, if any: whatever the work made of it, nothing can be committed.
    pub(crate) fn failure(&self) -> Option<StoreError> {
        self.failed.borrow().clone()
    }

    /// Whether others were in the way, so that the work may be done again.
    pub(crate) fn is_retryable(&self) -> bool {
        self.retryable.get()
    }

    /// The row that the statement selects, if there is one.
    pub(crate) fn one<T: Stored>(&self, statement: Statement<'_>) -> Result<Option<T>, StoreError> {
        let mut db = self.usable()?;
        let row = self.handle.block_on(statement.fetch_optional(&mut **db));
        self.checked(row)?.as_ref().map(Columns::read).transpose()
    }

    /// All rows that the statement selects.
    pub(crate) fn many<T: Stored>(&self, statement: Statement<'_>) -> Result<Vec<T>, StoreError> {
        let mut db = self.usable()?;
        let rows = self.handle.block_on(statement.fetch_all(&mut **db));
        self.checked(rows)?.iter().map(Columns::read).collect()
    }

    /// Changes rows; says how many.
    pub(crate) fn change(&mut self, statement: Statement<'_>) -> Result<u64, StoreError> {
        self.require_writing()?;
        let rows = {
            let mut db = self.usable()?;
            let done = self.handle.block_on(statement.execute(&mut **db));
            self.checked(done)?.rows_affected()
        };
        self.changed |= rows > 0;
        Ok(rows)
    }

    /// Changes rows and selects something of them.
    pub(crate) fn change_and_read<T: Stored>(
        &mut self,
        statement: Statement<'_>,
    ) -> Result<Vec<T>, StoreError> {
        self.require_writing()?;
        let rows: Vec<T> = self.many(statement)?;
        self.changed |= !rows.is_empty();
        Ok(rows)
    }

    /// Runs a statement that changes no row, such as one that takes a lock.
    pub(crate) fn perform(&self, statement: Statement<'_>) -> Result<(), StoreError> {
        let mut db = self.usable()?;
        let done = self.handle.block_on(statement.execute(&mut **db));
        self.checked(done).map(drop)
    }

    /// Whether rows are locked by those who look at them.
    pub(crate) fn locks(&self) -> bool {
        match self.access {
            Access::Write => true,
            Access::Read | Access::ReadLagging => false,
        }
    }

    /// Refuses a change in a transaction that only reads.
    pub(crate) fn require_writing(&self) -> Result<(), StoreError> {
        if self.locks() { Ok(()) } else { Err(StoreError::ReadOnly) }
    }

    fn usable(&self) -> Result<std::cell::RefMut<'_, &'a mut PgConnection>, StoreError> {
        match &*self.failed.borrow() {
            Some(failure) => Err(failure.clone()),
            None => Ok(self.db.borrow_mut()),
        }
    }

    fn checked<T>(&self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        result.map_err(|error| {
            self.retryable.set(is_retryable(&error));
            let failure = store_error(&error);
            self.failed.borrow_mut().get_or_insert(failure).clone()
        })
    }

    /// The time, if it can be asked for.
    fn ask(&self) -> Result<Timestamp, StoreError> {
        let mut db = self.usable()?;
        self.handle.block_on(time::now(&mut db, self.source, self.access))
    }
}

impl Tx for PostgresTx<'_> {
    /// When the time cannot be asked for, the transaction fails in the end, whatever is made of the answer.
    fn now(&self) -> Timestamp {
        if let Some(now) = self.now.get() {
            return now;
        }
        let now = self.ask().unwrap_or_else(|failure| {
            self.failed.borrow_mut().get_or_insert(failure);
            Timestamp::default()
        });
        self.now.set(Some(now));
        now
    }
}

/// A limit as PostgreSQL takes it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The refusal of a change that needs a row to be there, or not to be.
pub(crate) fn refused(what: &str, name: &str, why: &str) -> StoreError {
    StoreError::Constraint(format!("{what} {name} {why}"))
}
