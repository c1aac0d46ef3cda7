//! Migrations, and files that this program must not touch.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use amends_sqlite::rusqlite::{self, Connection};
use amends_sqlite::{Database, Migration, OpenError, Options, ReadOnlyDatabase, WriteError};

static V1: &[Migration] = &[Migration { version: 1, name: "a", sql: "CREATE TABLE a (x INTEGER) STRICT" }];
static V2: &[Migration] = &[
    Migration { version: 1, name: "a", sql: "CREATE TABLE a (x INTEGER) STRICT" },
    Migration { version: 2, name: "b", sql: "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO b VALUES (1)" },
];
static EDITED: &[Migration] = &[Migration { version: 1, name: "a", sql: "CREATE TABLE a (y TEXT) STRICT" }];
static BROKEN: &[Migration] = &[
    Migration { version: 1, name: "a", sql: "CREATE TABLE a (x INTEGER) STRICT" },
    Migration {
        version: 2,
        name: "broken",
        sql: "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO c VALUES (1)",
    },
];

fn open(path: &Path, migrations: &'static [Migration]) -> Result<Database, OpenError> {
    Database::open(path, Options { migrations, ..Options::default() })
}

fn fresh() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("test.db");
    (dir, path)
}

fn count(db: &Connection, table: &str) -> rusqlite::Result<i64> {
    db.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0))
}

#[derive(Debug, thiserror::Error)]
enum TestError {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error(transparent)]
    Write(#[from] WriteError),
}

#[test]
fn migrations_run_once_and_in_order() {
    let (_dir, path) = fresh();
    drop(open(&path, V1).unwrap());
    drop(open(&path, V2).unwrap());
    let database = open(&path, V2).unwrap();
    assert_eq!(database.read(|db| count(db, "b")).unwrap(), 1);
}

#[test]
fn a_file_of_a_newer_program_is_refused() {
    let (_dir, path) = fresh();
    drop(open(&path, V2).unwrap());
    assert!(matches!(open(&path, V1), Err(OpenError::Newer { found: 2, known: 1, .. })));
}

#[test]
fn an_edited_migration_is_refused() {
    let (_dir, path) = fresh();
    drop(open(&path, V1).unwrap());
    assert!(matches!(open(&path, EDITED), Err(OpenError::ChangedMigration { version: 1, .. })));
}

#[test]
fn a_failing_migration_leaves_nothing_behind() {
    let (_dir, path) = fresh();
    assert!(matches!(open(&path, BROKEN), Err(OpenError::Migration { version: 2, .. })));
    drop(open(&path, V2).unwrap());
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let (_dir, path) = fresh();
    std::fs::write(&path, "sku,name,price_minor\n".repeat(100)).unwrap();
    assert!(matches!(open(&path, V1), Err(OpenError::Sqlite { .. })));
}

#[test]
fn a_reader_sees_the_commits_of_a_living_writer_and_of_a_closed_one() {
    let (_dir, path) = fresh();
    let database = open(&path, V1).unwrap();
    let add =
        |db: &Connection| -> Result<usize, TestError> { Ok(db.execute("INSERT INTO a VALUES (1)", ())?) };
    let inspection = ReadOnlyDatabase::open(&path, V1).unwrap();
    for expected in 1..=3 {
        database.write_blocking(add).unwrap();
        assert_eq!(inspection.read(|db| count(db, "a")).unwrap(), expected);
    }
    drop(database);
    assert_eq!(inspection.read(|db| count(db, "a")).unwrap(), 3);
    drop(inspection);
    assert_eq!(ReadOnlyDatabase::open(&path, V1).unwrap().read(|db| count(db, "a")).unwrap(), 3);
}

#[test]
fn a_reader_cannot_write_and_needs_the_right_schema() {
    let (_dir, path) = fresh();
    assert!(matches!(ReadOnlyDatabase::open(&path, V1), Err(OpenError::Sqlite { .. })), "no file yet");
    drop(open(&path, V1).unwrap());
    assert!(matches!(ReadOnlyDatabase::open(&path, V2), Err(OpenError::Older { found: 1, needed: 2, .. })));
    let inspection = ReadOnlyDatabase::open(&path, V1).unwrap();
    assert!(inspection.read(|db| db.execute("INSERT INTO a VALUES (1)", ())).is_err());
}

#[test]
fn a_read_is_one_snapshot() {
    let (_dir, path) = fresh();
    let database = open(&path, V1).unwrap();
    let writer = database.clone();
    let counts = database.read(|db| -> rusqlite::Result<(i64, i64)> {
        let before = count(db, "a")?;
        let add =
            |db: &Connection| -> Result<usize, TestError> { Ok(db.execute("INSERT INTO a VALUES (1)", ())?) };
        writer.write_blocking(add).unwrap();
        Ok((before, count(db, "a")?))
    });
    assert_eq!(counts.unwrap(), (0, 0));
    assert_eq!(database.read(|db| count(db, "a")).unwrap(), 1);
}
