//! A copy of a file that another process may be writing.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use thiserror::Error;

use crate::connection;

/// Why a file could not be copied.
#[derive(Debug, Error)]
pub enum CopyError {
    /// SQLite refused.
    #[error("cannot copy the database {from} to {to}: {source}")]
    Sqlite {
        /// The file.
        from: PathBuf,
        /// Its copy.
        to: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// Another process kept the file locked, as no program of this project does.
    #[error("cannot copy the database {0}: another process has locked it")]
    Locked(PathBuf),
    /// The copy could not be made durable.
    #[error("cannot make {path} durable: {source}")]
    Io {
        /// The copy.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

/// Copies the last commit of `from` into `to`, page by page, while others may read and write; durable when this returns.
/// What is in `to` before is lost.
///
/// # Errors
/// [`CopyError`]; `to` is unusable then.
pub fn copy(from: &Path, to: &Path) -> Result<(), CopyError> {
    let failed = |source| CopyError::Sqlite { from: from.to_owned(), to: to.to_owned(), source };
    let source = connection::open_reader(from).map_err(failed)?;
    let mut target = Connection::open(to).map_err(failed)?;
    let backup = Backup::new(&source, &mut target).map_err(failed)?;
    // All pages at once: a write-ahead log lets others write meanwhile, and a copy in pieces would begin again each time.
    match backup.step(-1).map_err(failed)? {
        StepResult::Done => {}
        _ => return Err(CopyError::Locked(from.to_owned())),
    }
    drop(backup);
    target.close().map_err(|(_, error)| failed(error))?;
    let io = |source| CopyError::Io { path: to.to_owned(), source };
    File::open(to).and_then(|file| file.sync_all()).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Database, Migration, Options, ReadOnlyDatabase, WriteError};

    #[derive(Debug, Error)]
    enum Failed {
        #[error(transparent)]
        Sql(#[from] rusqlite::Error),
        #[error(transparent)]
        Write(#[from] WriteError),
    }

    static MIGRATIONS: &[Migration] = &[Migration {
        version: 1,
        name: "pairs",
        sql: "CREATE TABLE pair (id INTEGER PRIMARY KEY, left INTEGER, right INTEGER)",
    }];

    #[test]
    fn a_copy_is_one_commit_of_a_file_that_is_being_written() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from.db"), dir.path().join("to.db"));
        let options = || Options { migrations: MIGRATIONS, ..Options::default() };
        let database = Database::open(&from, options()).unwrap();
        let write = |number: i64| {
            database.write_blocking(move |db| -> Result<(), Failed> {
                db.execute("INSERT INTO pair (left) VALUES (?1)", (number,))?;
                db.execute("UPDATE pair SET right = ?1 WHERE left = ?1", (number,))?;
                Ok(())
            })
        };
        write(0).unwrap();
        let mut copied = 0;
        std::thread::scope(|scope| {
            scope.spawn(|| (1..300).for_each(|number| write(number).unwrap()));
            for _ in 0..10 {
                copy(&from, &to).unwrap();
                let copy = ReadOnlyDatabase::open(&to, MIGRATIONS).unwrap();
                let count = "SELECT count(*), count(right), max(left) + 1 FROM pair";
                let counts = copy.read(|db| -> Result<(i64, i64, i64), rusqlite::Error> {
                    db.query_row(count, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                });
                let (rows, whole, next) = counts.unwrap();
                assert_eq!((rows, next), (whole, whole), "every commit wholly");
                assert!(rows >= copied, "later copies are later");
                copied = rows;
            }
        });
    }

    #[test]
    fn what_is_not_there_cannot_be_copied() {
        let dir = tempfile::tempdir().unwrap();
        let error = copy(&dir.path().join("none.db"), &dir.path().join("to.db")).unwrap_err();
        assert!(matches!(error, CopyError::Sqlite { .. }), "{error}");
        assert!(!dir.path().join("to.db").exists());
    }
}
