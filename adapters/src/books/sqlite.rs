//! Books in an SQLite file of their own.
//!
//! Every statement is prepared once and reads or writes a handful of rows by an index: the providers answer
//! thousands of calls a second through the one writer thread.

use std::path::Path;

use amends_sqlite::rusqlite::{Connection, Params, Row};
use amends_sqlite::{Database, Migration, OpenError, Options, ReadOnlyDatabase};
use amends_types::{BoxFuture, IdempotencyKey, Timestamp};

use super::row::{self, entry_columns};
use super::{Books, BooksError, BooksReader, Delayed, Entry, NewEntry, Page, Position, Work};
use crate::ProviderKind;

static MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "entries",
    sql: include_str!("../../../migrations/sqlite/books/0001_entries.sql"),
}];

/// Books in a file, open for providers.
#[derive(Debug, Clone)]
pub struct SqliteBooks {
    database: Database,
}

/// Books in a file that another process may be writing, open for an auditor.
#[derive(Debug)]
pub struct SqliteBooksReader {
    database: ReadOnlyDatabase,
}

impl SqliteBooks {
    /// Opens the file, and creates it if need be. The options' migrations are replaced by those of the books.
    ///
    /// # Errors
    /// When the file cannot be opened or is not a file of books.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let database = Database::open(path, Options { migrations: MIGRATIONS, ..options })?;
        Ok(Self { database })
    }

    /// The database, for its statistics.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

impl SqliteBooksReader {
    /// Opens an existing file.
    ///
    /// # Errors
    /// When the file does not exist or is not a file of books.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self { database: ReadOnlyDatabase::open(path, MIGRATIONS)? })
    }
}

impl Books for SqliteBooks {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), BooksError>> {
        Box::pin(self.database.write(move |db| work(&mut SqlitePage { db })))
    }
}

macro_rules! read_through_database {
    ($books:ty) => {
        impl BooksReader for $books {
            fn entries_after(
                &self,
                after: Option<&Position>,
                limit: usize,
            ) -> Result<Vec<Entry>, BooksError> {
                self.database.read(|db| entries_after(db, after, limit))
            }
            fn entries_of(&self, reference: &str) -> Result<Vec<Entry>, BooksError> {
                self.database.read(|db| entries_of(db, reference))
            }
            fn count_of_key(&self, key: &IdempotencyKey) -> Result<u64, BooksError> {
                self.database.read(|db| count_of_key(db, key))
            }
        }
    };
}
read_through_database!(SqliteBooks);
read_through_database!(SqliteBooksReader);

fn entries_after(db: &Connection, after: Option<&Position>, limit: usize) -> Result<Vec<Entry>, BooksError> {
    const SQL: &str = concat!(
        "SELECT ",
        entry_columns!(),
        " FROM entry WHERE (reference, seq) > (?1, ?2) ORDER BY reference, seq LIMIT ?3"
    );
    // Seqs begin at 1: nothing stands at or before ('', 0).
    let (reference, seq) = after.map_or(("", 0), |position| (position.reference.as_str(), position.seq));
    all(db, SQL, (reference, seq.cast_signed(), limit.cast_signed()), row::entry)
}

fn entries_of(db: &Connection, reference: &str) -> Result<Vec<Entry>, BooksError> {
    const SQL: &str = concat!("SELECT ", entry_columns!(), " FROM entry WHERE reference = ?1 ORDER BY seq");
    all(db, SQL, (reference,), row::entry)
}

fn count_of_key(db: &Connection, key: &IdempotencyKey) -> Result<u64, BooksError> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM entry WHERE key = ?1")?;
    let count: i64 = statement.query_row((key.to_string(),), |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// One transaction's view; the writer thread has made it a transaction.
struct SqlitePage<'a> {
    db: &'a Connection,
}

impl Page for SqlitePage<'_> {
    fn latest_of_key(
        &mut self,
        provider: ProviderKind,
        key: &IdempotencyKey,
    ) -> Result<Option<Entry>, BooksError> {
        const SQL: &str = concat!(
            "SELECT ",
            entry_columns!(),
            " FROM entry WHERE key = ?1 AND provider = ?2 ORDER BY seq DESC LIMIT 1"
        );
        Ok(all(self.db, SQL, (key.to_string(), provider.as_str()), row::entry)?.pop())
    }

    fn entries_of(&mut self, provider: ProviderKind, reference: &str) -> Result<Vec<Entry>, BooksError> {
        const SQL: &str = concat!(
            "SELECT ",
            entry_columns!(),
            " FROM entry WHERE reference = ?1 AND provider = ?2 ORDER BY seq"
        );
        all(self.db, SQL, (reference, provider.as_str()), row::entry)
    }

    fn append(&mut self, body: NewEntry) -> Result<Entry, BooksError> {
        let mut statement = self.db.prepare_cached(
            "INSERT INTO entry (at, provider, reference, effect, key, body_sha256, object, amount_minor, currency,
             scenario) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        statement.execute((
            body.at.as_micros(),
            body.provider.as_str(),
            &body.reference,
            body.effect.as_str(),
            body.key.to_string(),
            body.body_sha256.as_str(),
            &body.object,
            body.amount.map(|amount| amount.minor),
            body.amount.map(|amount| amount.currency.code()),
            &body.scenario,
        ))?;
        Ok(Entry { seq: self.db.last_insert_rowid().unsigned_abs(), body })
    }

    fn count_call(
        &mut self,
        provider: ProviderKind,
        reference: &str,
        operation: &'static str,
    ) -> Result<u32, BooksError> {
        let mut statement = self.db.prepare_cached(
            "INSERT INTO asked (provider, reference, operation, times) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times - 1",
        )?;
        Ok(statement.query_row((provider.as_str(), reference, operation), |row| row.get(0))?)
    }

    fn delay(&mut self, delayed: Delayed) -> Result<(), BooksError> {
        let mut statement = self.db.prepare_cached(
            "INSERT OR IGNORE INTO delayed (provider, key, reference, due_at, body_sha256, request)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        statement.execute((
            delayed.provider.as_str(),
            delayed.key.to_string(),
            &delayed.reference,
            delayed.due_at.as_micros(),
            delayed.body_sha256.as_str(),
            &delayed.request,
        ))?;
        Ok(())
    }

    fn delayed_of(&mut self, provider: ProviderKind, reference: &str) -> Result<Vec<Delayed>, BooksError> {
        const SQL: &str = "SELECT provider, key, reference, due_at, body_sha256, request FROM delayed
             WHERE reference = ?1 AND provider = ?2 ORDER BY due_at, key";
        all(self.db, SQL, (reference, provider.as_str()), row::delayed)
    }

    fn due(&mut self, now: Timestamp) -> Result<Vec<Delayed>, BooksError> {
        const SQL: &str = "SELECT provider, key, reference, due_at, body_sha256, request FROM delayed
             WHERE due_at <= ?1 ORDER BY due_at, key";
        all(self.db, SQL, (now.as_micros(),), row::delayed)
    }

    fn forget_delayed(&mut self, served: &Delayed) -> Result<(), BooksError> {
        let mut statement = self.db.prepare_cached("DELETE FROM delayed WHERE provider = ?1 AND key = ?2")?;
        statement.execute((served.provider.as_str(), served.key.to_string()))?;
        Ok(())
    }
}

fn all<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> Result<T, BooksError>,
) -> Result<Vec<T>, BooksError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}
