//! The archive as an SQLite file: one row per finished execution.
//!
//! Its commits are not synced one by one: a segment of the log is removed only after [`Archive::sync`], so a lost
//! commit is made again from the log.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use amends_sqlite::rusqlite::{self, Connection, OptionalExtension, Row};
use amends_sqlite::{Database, Migration, Options, ReadOnlyDatabase, SyncError, Synchronous, WriteError};
use amends_types::Timestamp;

use crate::journal::{
    Archive, ArchiveError, ArchivedExecution, DefinitionId, DirectoryId, ExpiredExecution, ListFilter, Status,
};

static MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "finished executions",
        sql: "
        CREATE TABLE directory (id BLOB NOT NULL) STRICT;
        CREATE TABLE machine (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE execution (
            number INTEGER PRIMARY KEY,
            machine INTEGER NOT NULL REFERENCES machine (id),
            name TEXT NOT NULL,
            definition BLOB NOT NULL,
            status INTEGER NOT NULL,
            started INTEGER NOT NULL,
            stopped INTEGER NOT NULL,
            output TEXT,
            error TEXT,
            cause TEXT,
            tape BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX execution_name ON execution (name, machine);
        -- Failures are few and looked for; successes are many and listed by number.
        CREATE INDEX execution_failed ON execution (status, number) WHERE status <> 1;",
    },
    Migration {
        version: 2,
        name: "redrives",
        sql: "
        ALTER TABLE execution ADD COLUMN redrives INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE execution ADD COLUMN redriven INTEGER;",
    },
    Migration {
        version: 3,
        name: "retention",
        sql: "CREATE INDEX execution_stopped ON execution (stopped);",
    },
    Migration {
        version: 4,
        name: "what the journal must know",
        // Executions up to this number came with a copy, or when the journal did not keep its numbers yet.
        sql: "
        ALTER TABLE directory ADD COLUMN copied INTEGER NOT NULL DEFAULT 0;
        UPDATE directory SET copied = (SELECT coalesce(max(number), 0) FROM execution);",
    },
];

impl From<rusqlite::Error> for ArchiveError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<WriteError> for ArchiveError {
    fn from(error: WriteError) -> Self {
        Self(error.to_string())
    }
}

/// The archive in an SQLite file.
#[derive(Debug)]
pub struct SqliteArchive {
    file: File,
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
        let found = database.write_blocking(move |db| claim(db, directory))?;
        check_directory(found, directory)?;
        Ok(Self { file: File::Writable(database) })
    }

    /// Opens an existing file for reading, possibly while another process writes it.
    ///
    /// # Errors
    /// When it cannot be read, or belongs to another data directory.
    pub fn inspect(path: &Path, directory: DirectoryId) -> Result<Self, ArchiveError> {
        let database =
            ReadOnlyDatabase::open(path, MIGRATIONS).map_err(|error| ArchiveError(error.to_string()))?;
        let found = database.read(|db| -> Result<_, ArchiveError> { Ok(owner(db)?) })?;
        check_directory(found.unwrap_or(directory), directory)?;
        Ok(Self { file: File::ReadOnly(database) })
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
        copy.writable()?.write_blocking(move |db| {
            let mut delete = db.prepare("DELETE FROM execution WHERE number = ?1")?;
            open.iter().try_for_each(|number| delete.execute((*number as i64,)).map(drop))?;
            // Copied later than the log, it may have some that have begun since.
            Ok::<_, ArchiveError>(mark_copied(db)?)
        })?;
        copy.sync().map_err(|error| ArchiveError(error.to_string()))
    }

    /// Copies the file as one of another data directory.
    pub(crate) fn copy_for(from: &Path, into: &Path, directory: DirectoryId) -> Result<(), ArchiveError> {
        copy(from, into)?;
        let options = Options { migrations: MIGRATIONS, ..Options::default() };
        let copy = Database::open(into, options).map_err(|error| ArchiveError(error.to_string()))?;
        copy.write_blocking(move |db| {
            db.execute("UPDATE directory SET id = ?1", (directory.0,))?;
            Ok(mark_copied(db)?)
        })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, ArchiveError> {
        let result = match &self.file {
            File::Writable(database) => database.read(work),
            File::ReadOnly(database) => database.read(work),
        };
        result.map_err(Into::into)
    }

    fn writable(&self) -> Result<&Database, ArchiveError> {
        match &self.file {
            File::Writable(database) => Ok(database),
            File::ReadOnly(_) => Err(ArchiveError("it was opened for reading only".to_owned())),
        }
    }
}

impl Archive for SqliteArchive {
    fn store(&self, executions: Arc<[Arc<ArchivedExecution>]>) -> Result<(), ArchiveError> {
        self.writable()?.write_blocking(move |db| executions.iter().try_for_each(|row| insert(db, row)))
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
        self.read(|db| db.prepare_cached(SQL)?.exists((name, machine)))
    }

    fn find(&self, machine: &str, name: &str) -> Result<Option<ArchivedExecution>, ArchiveError> {
        const SQL: &str =
            "SELECT e.*, m.name AS machine_name FROM execution e JOIN machine m ON m.id = e.machine
                           WHERE e.name = ?1 AND m.name = ?2";
        self.read(|db| db.prepare_cached(SQL)?.query_row((name, machine), read_row).optional())
    }

    fn tape_lengths(&self, numbers: &[u64]) -> Result<HashMap<u64, u64>, ArchiveError> {
        self.read(|db| {
            let mut length = db.prepare_cached("SELECT length(tape) FROM execution WHERE number = ?1")?;
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
            db.query_row("SELECT coalesce(max(number), 0) FROM execution", (), |row| row.get(0))
        })?;
        Ok(u64::try_from(highest).unwrap_or(0))
    }

    fn highest_journalled(&self) -> Result<u64, ArchiveError> {
        const SQL: &str = "SELECT coalesce(max(number), 0) FROM execution
                           WHERE number > (SELECT coalesce(max(copied), 0) FROM directory)";
        let highest: i64 = self.read(|db| db.query_row(SQL, (), |row| row.get(0)))?;
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
            db.prepare_cached(SQL)?.query_map((before.as_micros(), most), read)?.collect()
        })
    }

    fn remove(&self, numbers: Vec<u64>) -> Result<(), ArchiveError> {
        self.writable()?.write_blocking(move |db| {
            let mut delete = db.prepare_cached("DELETE FROM execution WHERE number = ?1")?;
            numbers.iter().try_for_each(|number| delete.execute((number.cast_signed(),)).map(drop))?;
            Ok(())
        })
    }

    fn list(&self, filter: &ListFilter) -> Result<Vec<ArchivedExecution>, ArchiveError> {
        const SQL: &str = "
            SELECT e.number, e.name, e.definition, e.status, e.started, e.stopped, e.output, e.error, e.cause,
                   e.redrives, e.redriven, x'' AS tape, m.name AS machine_name
            FROM execution e JOIN machine m ON m.id = e.machine
            WHERE e.number < ?1 AND (?2 IS NULL OR m.name = ?2) AND (?3 IS NULL OR e.status = ?3)
            ORDER BY e.number DESC LIMIT ?4";
        let before = filter.before.map_or(i64::MAX, |number| i64::try_from(number).unwrap_or(i64::MAX));
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        self.read(|db| {
            db.prepare_cached(SQL)?
                .query_map((before, &filter.machine, filter.status.map(code_of), limit), read_row)?
                .collect()
        })
    }
}

fn insert(db: &Connection, row: &ArchivedExecution) -> Result<(), ArchiveError> {
    db.prepare_cached("INSERT OR IGNORE INTO machine (name) VALUES (?1)")?.execute((&row.machine,))?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO execution
         (number, machine, name, definition, status, started, stopped, output, error, cause, redrives,
          redriven, tape)
         VALUES (?1, (SELECT id FROM machine WHERE name = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute((
        row.number as i64,
        &row.machine,
        &row.name,
        row.definition.0,
        code_of(row.status),
        row.started.as_micros(),
        row.stopped.as_micros(),
        &row.output,
        &row.error,
        &row.cause,
        row.redrives,
        row.redriven.map(Timestamp::as_micros),
        &row.tape,
    ))?;
    Ok(())
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<ArchivedExecution> {
    Ok(ArchivedExecution {
        number: row.get::<_, i64>("number")? as u64,
        machine: row.get("machine_name")?,
        name: row.get("name")?,
        definition: DefinitionId(row.get("definition")?),
        status: status_of(row.get("status")?),
        started: Timestamp::from_micros(row.get("started")?),
        stopped: Timestamp::from_micros(row.get("stopped")?),
        output: row.get("output")?,
        error: row.get("error")?,
        cause: row.get("cause")?,
        redrives: row.get("redrives")?,
        redriven: row.get::<_, Option<i64>>("redriven")?.map(Timestamp::from_micros),
        tape: row.get("tape")?,
    })
}

fn code_of(status: Status) -> i64 {
    match status {
        Status::Running => 0,
        Status::Succeeded => 1,
        Status::Failed => 2,
        Status::TimedOut => 3,
        Status::Aborted => 4,
    }
}

fn status_of(code: i64) -> Status {
    match code {
        1 => Status::Succeeded,
        3 => Status::TimedOut,
        4 => Status::Aborted,
        // The table holds finished executions only.
        _ => Status::Failed,
    }
}

fn copy(from: &Path, into: &Path) -> Result<(), ArchiveError> {
    amends_sqlite::copy(from, into).map_err(|error| ArchiveError(error.to_string()))
}

/// The directory that the file belongs to, which is this one if it belonged to none.
fn claim(db: &Connection, directory: DirectoryId) -> Result<DirectoryId, ArchiveError> {
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
