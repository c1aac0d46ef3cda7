//! A damaged file is an error that says so, and ends nobody's process.

#![allow(clippy::unwrap_used)]

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;

use amends_sqlite::rusqlite::{self, Connection};
use amends_sqlite::{Database, Migration, Options, SyncError, WriteError};

static MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "create items",
    sql: "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
          CREATE UNIQUE INDEX item_name ON item (name);
          CREATE INDEX item_at ON item (at);",
}];

#[derive(Debug, thiserror::Error)]
enum TestError {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error(transparent)]
    Write(#[from] WriteError),
}

fn insert(id: i64) -> impl FnOnce(&Connection) -> Result<(), TestError> + Send + 'static {
    move |db| {
        let row = (id, format!("item {id}"), id % 100);
        db.prepare_cached("INSERT INTO item (id, name, at) VALUES (?1, ?2, ?3)")?.execute(row)?;
        Ok(())
    }
}

/// A commit of unknown fate aborts the process, and the test with it.
fn options() -> Options {
    Options { migrations: MIGRATIONS, ..Options::default() }
}

/// A file of some thousand rows, and the pages where its table and its indexes begin.
fn written(path: &Path) -> Vec<u64> {
    let database = Database::open(path, options()).unwrap();
    let fill = |db: &Connection| (0..5_000).try_for_each(|id| insert(id)(db));
    database.write_blocking(fill).unwrap();
    let roots = |db: &Connection| -> rusqlite::Result<Vec<u64>> {
        let sql = "SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'item' ORDER BY rootpage";
        db.prepare(sql)?.query_map((), |row| row.get(0).map(i64::cast_unsigned))?.collect()
    };
    let roots = database.read(roots).unwrap();
    drop(database);
    // What is still in the log would hide the damage.
    Connection::open(path).unwrap().query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())).unwrap();
    roots
}

/// Flips a bit of the byte `at` of a page.
fn flip(path: &Path, page: u64, at: u64) {
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let (mut byte, place) = ([0], (page - 1) * 4096 + at);
    file.read_exact_at(&mut byte, place).unwrap();
    file.write_all_at(&[byte[0] ^ 0x40], place).unwrap();
}

#[test]
fn a_write_that_meets_damage_is_refused_and_is_not_a_commit_of_unknown_fate() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("test.db");
    for root in written(&path) {
        let copy = dir.path().join(format!("{root}.db"));
        std::fs::copy(&path, &copy).unwrap();
        flip(&copy, root, 0);
        let database = Database::open(&copy, options()).unwrap();
        for id in 10_000..10_003 {
            let error = database.write_blocking(insert(id)).expect_err("the page is damaged");
            assert!(
                error.to_string().contains("restore the whole data directory from a backup"),
                "page {root}: {error}"
            );
        }
        let seq = database.commit_seq();
        drop(database);
        flip(&copy, root, 0);
        let database = Database::open(&copy, options()).unwrap();
        let count = |db: &Connection| db.query_row("SELECT count(*) FROM item", (), |row| row.get(0));
        let count: i64 = database.read(count).unwrap();
        assert_eq!((count, database.commit_seq()), (5_000, seq), "nothing was written");
    }
}

#[test]
fn a_log_that_cannot_be_opened_is_not_a_sync_that_failed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("test.db");
    let database = Database::open(&path, options()).unwrap();
    database.write_blocking(insert(1)).unwrap();
    database.sync().unwrap();
    // A link to itself cannot be opened, as nothing can without a free file descriptor.
    let log = dir.path().join("test.db-wal");
    std::fs::rename(&log, dir.path().join("aside")).unwrap();
    std::os::unix::fs::symlink(&log, &log).unwrap();
    assert!(matches!(database.sync(), Err(SyncError::NotTried(_))));
    std::fs::remove_file(&log).unwrap();
    std::fs::rename(dir.path().join("aside"), &log).unwrap();
    database.sync().unwrap();
}
