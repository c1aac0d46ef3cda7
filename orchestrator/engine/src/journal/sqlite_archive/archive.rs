//! Storing, finding and listing.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use amends_sqlite::rusqlite::{self, Connection, OptionalExtension, Row};
use amends_sqlite::{Database, Options, ReadOnlyDatabase, SyncError, Synchronous, WriteError};
use amends_types::Timestamp;
use thiserror::Error;

use super::row::{self, Stored, code_of};
use super::schema::{self, MIGRATIONS};
use super::tape_parts::PART_BYTES;
use crate::journal::{Archive, ArchiveError, ArchivedExecution, DirectoryId, ExpiredExecution, ListFilter};

/// Why nothing was answered, before it is known of which file.
#[derive(Debug, Error)]
pub(super) enum Failed {
    #[error("{}", amends_sqlite::explain(.0))]
    Sql(#[from] rusqlite::Error),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(
        "the execution '{name}' (number {number}) was changed after it had been stored, its checksum is another one; \
         restore the whole data directory from a backup"
    )]
    Changed { number: u64, name: String },
}

/// The archive in an SQLite file.
#[derive(Debug)]
pub struct SqliteArchive {
    path: PathBuf,
    file: File,
    pub(super) part_bytes: usize,
}

#[derive(Debug)]
enum File {
    Writable(Database),
    /// For an inspection, while another process may write it.
    ReadOnly(ReadOnlyDatabase),
}

impl SqliteArchive {
    /// Opens the file, or makes it for this data directory.
    ///
    /// # Errors
    /// When it cannot be opened, or belongs to another data directory.
    pub fn open(path: &Path, directory: DirectoryId) -> Result<Self, ArchiveError> {
        let options =
            Options { migrations: MIGRATIONS, synchronous: Synchronous::Normal, ..Options::default() };
        let database = Database::open(path, options).map_err(|error| ArchiveError(error.to_string()))?;
        database.read(|db| Ok(schema::check(db)?)).map_err(named(path))?;
        let found = database.write_blocking(move |db| claim(db, directory)).map_err(named(path))?;
        check_directory(found, directory)?;
        Ok(Self { path: path.to_owned(), file: File::Writable(database), part_bytes: PART_BYTES })
    }

    /// Opens an existing file for reading, possibly while another process writes it.
    ///
    /// # Errors
    /// When it cannot be read, or belongs to another data directory.
    pub fn inspect(path: &Path, directory: DirectoryId) -> Result<Self, ArchiveError> {
        let database =
            ReadOnlyDatabase::open(path, MIGRATIONS).map_err(|error| ArchiveError(error.to_string()))?;
        let found = database.read(|db| Ok(owner(db)?)).map_err(named(path))?;
        check_directory(found.unwrap_or(directory), directory)?;
        Ok(Self { path: path.to_owned(), file: File::ReadOnly(database), part_bytes: PART_BYTES })
    }

    /// Copies the file while another process may write it, without the executions `open`, which go on from the log.
    pub(crate) fn back_up(
        from: &Path,
        into: &Path,
        directory: DirectoryId,
        open: &HashSet<u64>,
    ) -> Result<(), ArchiveError> {
        copy(from, into)?;
        let copy = Self::open(into, directory)?;
        let open = open.clone();
        copy.write(move |db| {
            let mut delete = db.prepare("DELETE FROM execution WHERE number = ?1")?;
            open.iter().try_for_each(|number| delete.execute((*number as i64,)).map(drop))?;
            // Copied later than the log, it may have some that have begun since.
            mark_copied(db)
        })?;
        copy.sync().map_err(|error| ArchiveError(error.to_string()))
    }

    /// Copies the file as one of another data directory.
    pub(crate) fn copy_for(from: &Path, into: &Path, directory: DirectoryId) -> Result<(), ArchiveError> {
        copy(from, into)?;
        let options = Options { migrations: MIGRATIONS, ..Options::default() };
        let copy = Database::open(into, options).map_err(|error| ArchiveError(error.to_string()))?;
        let change = move |db: &Connection| -> Result<(), Failed> {
            db.execute("UPDATE directory SET id = ?1", (directory.0,))?;
            Ok(mark_copied(db)?)
        };
        copy.write_blocking(change).map_err(named(into))
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failed>) -> Result<T, ArchiveError> {
        let result = match &self.file {
            File::Writable(database) => database.read(work),
            File::ReadOnly(database) => database.read(work),
        };
        result.map_err(named(&self.path))
    }

    fn write(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> Result<(), ArchiveError> {
        match &self.file {
            File::Writable(database) => {
                let work = move |db: &Connection| -> Result<(), Failed> { Ok(work(db)?) };
                database.write_blocking(work).map_err(named(&self.path))
            }
            File::ReadOnly(_) => Err(ArchiveError("it was opened for reading only".to_owned())),
        }
    }
}

impl Archive for SqliteArchive {
    fn store(&self, executions: Arc<[Arc<ArchivedExecution>]>) -> Result<(), ArchiveError> {
        let part_bytes = self.part_bytes;
        self.write(move |db| executions.iter().try_for_each(|row| row::insert(db, row, part_bytes)))
    }

    fn sync(&self) -> Result<(), SyncError> {
        match &self.file {
            File::Writable(database) => database.sync(),
            File::ReadOnly(_) => Ok(()),
        }
    }

    fn has(&self, machine: &str, name: &str) -> Result<bool, ArchiveError> {
        const SQL: &str = "SELECT 1 FROM execution WHERE name = ?1
                           AND machine = (SELECT id FROM machine WHERE name = ?2)";
        self.read(|db| Ok(db.prepare_cached(SQL)?.exists((name, machine))?))
    }

    fn find(&self, machine: &str, name: &str) -> Result<Option<ArchivedExecution>, ArchiveError> {
        const SQL: &str =
            "SELECT e.*, m.name AS machine_name FROM execution e JOIN machine m ON m.id = e.machine
                           WHERE e.name = ?1 AND m.name = ?2";
        self.read(|db| {
            let found = db.prepare_cached(SQL)?.query_row((name, machine), Stored::read).optional()?;
            found.map(|stored| stored.whole(db)).transpose()
        })
    }

    fn tape_lengths(&self, numbers: &[u64]) -> Result<HashMap<u64, u64>, ArchiveError> {
        self.read(|db| {
            const SQL: &str = "SELECT coalesce(tape_bytes, length(tape)) FROM execution WHERE number = ?1";
            let mut length = db.prepare_cached(SQL)?;
            let mut found = HashMap::new();
            for number in numbers {
                if let Some(length) = length.query_row((*number as i64,), |row| row.get(0)).optional()? {
                    let length: i64 = length;
                    found.insert(*number, length as u64);
                }
            }
            Ok(found)
        })
    }

    fn highest(&self) -> Result<u64, ArchiveError> {
        let highest: i64 = self.read(|db| {
            Ok(db.query_row("SELECT coalesce(max(number), 0) FROM execution", (), |row| row.get(0))?)
        })?;
        Ok(u64::try_from(highest).unwrap_or(0))
    }

    fn highest_journalled(&self) -> Result<u64, ArchiveError> {
        const SQL: &str = "SELECT coalesce(max(number), 0) FROM execution
                           WHERE number > (SELECT coalesce(max(copied), 0) FROM directory)";
        let highest: i64 = self.read(|db| Ok(db.query_row(SQL, (), |row| row.get(0))?))?;
        Ok(highest.cast_unsigned())
    }

    fn expired(&self, before: Timestamp, most: usize) -> Result<Vec<ExpiredExecution>, ArchiveError> {
        const SQL: &str =
            "SELECT e.number, m.name, e.name FROM execution e JOIN machine m ON m.id = e.machine
                           WHERE e.stopped < ?1 ORDER BY e.stopped LIMIT ?2";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.read(|db| {
            let read = |row: &Row<'_>| {
                let number: i64 = row.get(0)?;
                Ok(ExpiredExecution {
                    number: number.cast_unsigned(),
                    machine: row.get(1)?,
                    name: row.get(2)?,
                })
            };
            let mut select = db.prepare_cached(SQL)?;
            let rows = select.query_map((before.as_micros(), most), read)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn remove(&self, numbers: Vec<u64>) -> Result<(), ArchiveError> {
        self.write(move |db| {
            let mut delete = db.prepare_cached("DELETE FROM execution WHERE number = ?1")?;
            numbers.iter().try_for_each(|number| delete.execute((number.cast_signed(),)).map(drop))?;
            Ok(())
        })
    }

    fn list(&self, filter: &ListFilter) -> Result<Vec<ArchivedExecution>, ArchiveError> {
        const SQL: &str = "
            SELECT e.number, e.name, e.definition, e.status, e.started, e.stopped, e.output, e.error, e.cause,
                   e.redrives, e.redriven, x'' AS tape, m.name AS machine_name, e.row_crc, NULL AS tape_crc,
                   coalesce(e.tape_bytes, length(e.tape)) AS tape_bytes
            FROM execution e JOIN machine m ON m.id = e.machine
            WHERE e.number < ?1 AND (?2 IS NULL OR m.name = ?2) AND (?3 IS NULL OR e.status = ?3)
            ORDER BY e.number DESC LIMIT ?4";
        let before = filter.before.map_or(i64::MAX, |number| i64::try_from(number).unwrap_or(i64::MAX));
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        self.read(|db| {
            let mut select = db.prepare_cached(SQL)?;
            let status = filter.status.map(code_of);
            let rows = select.query_map((before, &filter.machine, status, limit), Stored::read)?;
            rows.map(|stored| stored?.without_tape()).collect()
        })
    }
}

/// Says which file it is.
fn named(path: &Path) -> impl Fn(Failed) -> ArchiveError {
    move |error| ArchiveError(format!("{}: {error}", path.display()))
}

fn copy(from: &Path, into: &Path) -> Result<(), ArchiveError> {
    amends_sqlite::copy(from, into).map_err(|error| ArchiveError(error.to_string()))
}

/// The directory that the file belongs to, which is this one if it belonged to none.
fn claim(db: &Connection, directory: DirectoryId) -> Result<DirectoryId, Failed> {
    if let Some(found) = owner(db)? {
        return Ok(found);
    }
    db.execute("INSERT INTO directory (id) VALUES (?1)", (directory.0,))?;
    Ok(directory)
}

/// What is here now is not asked of the journal beside it.
fn mark_copied(db: &Connection) -> rusqlite::Result<()> {
    db.execute("UPDATE directory SET copied = (SELECT coalesce(max(number), 0) FROM execution)", ())?;
    Ok(())
}

fn owner(db: &Connection) -> rusqlite::Result<Option<DirectoryId>> {
    db.query_row("SELECT id FROM directory", (), |row| row.get(0)).optional().map(|id| id.map(DirectoryId))
}

fn check_directory(found: DirectoryId, expected: DirectoryId) -> Result<(), ArchiveError> {
    if found == expected {
        return Ok(());
    }
    Err(ArchiveError(format!("it belongs to the data directory {found}, this one is {expected}")))
}
