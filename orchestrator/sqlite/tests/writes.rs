//! What a requester may rely on: their own savepoint, a shared commit, and an answer only when it is true.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amends_sqlite::rusqlite::{self, Connection, ErrorCode};
use amends_sqlite::{Database, FatalHook, Migration, Options, Synchronous, WriteError};

static MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "create items",
    sql: "CREATE TABLE item (id INTEGER PRIMARY KEY, body BLOB) STRICT;
          CREATE TABLE child (id INTEGER PRIMARY KEY, item INTEGER NOT NULL
              REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED) STRICT;",
}];

#[derive(Debug, thiserror::Error)]
enum TestError {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("no")]
    Refused,
}

type Answer<T> = Result<T, TestError>;

fn options() -> Options {
    // The file systems of test machines are slow and irrelevant here.
    Options {
        migrations: MIGRATIONS,
        synchronous: Synchronous::Normal,
        max_batch_time: Duration::from_secs(3600),
        ..Options::default()
    }
}

fn open(dir: &tempfile::TempDir) -> Database {
    Database::open(&dir.path().join("test.db"), options()).unwrap()
}

fn insert(id: i64) -> impl FnOnce(&Connection) -> Answer<()> + Send + 'static {
    move |db| {
        db.prepare_cached("INSERT INTO item (id) VALUES (?1)")?.execute((id,))?;
        Ok(())
    }
}

fn ids(database: &Database) -> Vec<i64> {
    let read = |db: &Connection| -> rusqlite::Result<Vec<i64>> {
        db.prepare("SELECT id FROM item ORDER BY id")?.query_map((), |row| row.get(0))?.collect()
    };
    database.read(read).unwrap()
}

/// Holds the writer inside a request until the sender is dropped, so that what follows gathers into its batch.
fn hold(database: &Database) -> (Sender<()>, impl Future<Output = Answer<()>>) {
    let (release, held) = channel::<()>();
    let (begun, has_begun) = sync_channel(1);
    let answer = database.write(move |_| -> Answer<()> {
        begun.send(()).ok();
        held.recv().ok();
        Ok(())
    });
    has_begun.recv().unwrap();
    (release, answer)
}

#[tokio::test]
async fn requests_that_wait_together_share_one_commit() {
    let dir = tempfile::tempdir().unwrap();
    let database = open(&dir);
    let (release, held) = hold(&database);
    let answers: Vec<_> = (0..100).map(|id| database.write(insert(id))).collect();
    drop(release);
    held.await.unwrap();
    for answer in answers {
        answer.await.unwrap();
    }
    let statistics = database.statistics();
    assert_eq!((statistics.requests, statistics.commits, statistics.largest_batch), (101, 1, 101));
    assert_eq!(ids(&database).len(), 100);
}

#[tokio::test]
async fn a_batch_is_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let database =
        Database::open(&dir.path().join("test.db"), Options { max_batch: 10, ..options() }).unwrap();
    let (release, held) = hold(&database);
    let answers: Vec<_> = (0..29).map(|id| database.write(insert(id))).collect();
    drop(release);
    held.await.unwrap();
    for answer in answers {
        answer.await.unwrap();
    }
    assert_eq!((database.statistics().commits, database.statistics().largest_batch), (3, 10));
}

#[tokio::test]
async fn an_error_or_a_panic_undoes_its_own_request_only() {
    let dir = tempfile::tempdir().unwrap();
    let database = open(&dir);
    let (release, held) = hold(&database);
    let before = database.write(insert(1));
    let refused = database.write(|db| -> Answer<()> { insert(2)(db).and(Err(TestError::Refused)) });
    let panicked = database.write(|db| -> Answer<()> {
        insert(3)(db)?;
        panic!("out of tea")
    });
    let after = database.write(insert(4));
    drop(release);
    held.await.unwrap();
    before.await.unwrap();
    assert!(matches!(refused.await, Err(TestError::Refused)));
    let expected = WriteError::Panicked { message: "out of tea".to_owned() };
    assert!(matches!(panicked.await, Err(TestError::Write(error)) if error == expected));
    after.await.unwrap();
    assert_eq!(ids(&database), [1, 4]);
}

#[test]
fn a_full_disk_is_an_error_of_the_request_that_met_it() {
    let dir = tempfile::tempdir().unwrap();
    let database = open(&dir);
    let limit = |db: &Connection| -> Answer<()> {
        db.query_row("PRAGMA max_page_count = 20", (), |_| Ok(())).map_err(Into::into)
    };
    database.write_blocking(limit).unwrap();
    let large = |db: &Connection| -> Answer<()> {
        db.execute("INSERT INTO item VALUES (1, zeroblob(1000000))", ())?;
        Ok(())
    };
    let error = database.write_blocking(large).unwrap_err();
    assert!(
        matches!(&error, TestError::Sql(e) if e.sqlite_error_code() == Some(ErrorCode::DiskFull)),
        "{error}"
    );
    database.write_blocking(insert(2)).unwrap();
    assert_eq!(ids(&database), [2]);
}

#[tokio::test]
async fn a_commit_that_is_refused_answers_everyone_that_nothing_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let database = open(&dir);
    let (release, held) = hold(&database);
    let innocent = database.write(insert(1));
    let orphan =
        database.write(|db| -> Answer<usize> { Ok(db.execute("INSERT INTO child VALUES (1, 99)", ())?) });
    drop(release);
    assert!(matches!(held.await, Err(TestError::Write(WriteError::RolledBack { .. }))));
    assert!(matches!(innocent.await, Err(TestError::Write(WriteError::RolledBack { .. }))));
    assert!(matches!(orphan.await, Err(TestError::Write(WriteError::RolledBack { .. }))));
    database.write_blocking(insert(2)).unwrap();
    assert_eq!((ids(&database), database.commit_seq()), (vec![2], 1));
}

#[tokio::test]
async fn nobody_is_answered_when_the_outcome_of_a_commit_is_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let fatal = Arc::new(Mutex::new(Vec::new()));
    let (reported, report) = sync_channel(1);
    let on_fatal: FatalHook = {
        let fatal = fatal.clone();
        Arc::new(move |message| {
            fatal.lock().unwrap().push(message.to_owned());
            reported.send(()).ok();
        })
    };
    let database = Database::open(&dir.path().join("test.db"), Options { on_fatal, ..options() }).unwrap();
    let (release, held) = hold(&database);
    // Ends the writer's transaction behind its back: its own COMMIT then fails for a reason that proves nothing.
    let culprit = database.write(|db| -> Answer<()> { Ok(db.execute_batch("COMMIT; SAVEPOINT request")?) });
    let innocent = database.write(insert(1));
    drop(release);
    report.recv().unwrap();
    assert!(fatal.lock().unwrap()[0].contains("may or may not have happened"));
    let everyone = async { tokio::join!(held, culprit, innocent) };
    let waited = futures_poll_once(everyone);
    assert!(waited.is_none(), "an answer was given although the outcome is unknown");
    let later = database.write(insert(2)).await;
    assert!(matches!(later, Err(TestError::Write(WriteError::Stopped))));
}

/// The future's result if it has one by now.
fn futures_poll_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test]
async fn a_queue_that_is_full_refuses_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let database =
        Database::open(&dir.path().join("test.db"), Options { max_queue: 2, ..options() }).unwrap();
    let (release, held) = hold(&database);
    let second = database.write(insert(1));
    let third = database.write(insert(2)).await;
    assert!(matches!(third, Err(TestError::Write(WriteError::Overloaded { limit: 2 }))));
    drop(release);
    held.await.unwrap();
    second.await.unwrap();
    assert_eq!(ids(&database), [1]);
}

#[test]
fn commits_are_numbered_for_the_life_of_the_file_and_reads_do_not_count() {
    let dir = tempfile::tempdir().unwrap();
    for round in 1..=3 {
        let database = open(&dir);
        assert_eq!(database.commit_seq(), round - 1);
        database.write_blocking(insert(round as i64)).unwrap();
        let counted = |db: &Connection| -> Answer<i64> {
            Ok(db.query_row("SELECT count(*) FROM item", (), |r| r.get(0))?)
        };
        assert_eq!(database.write_blocking(counted).unwrap(), round as i64);
        assert_eq!((database.commit_seq(), database.statistics().commits), (round, 1));
    }
}

#[test]
fn commits_of_another_process_are_counted_too() {
    let dir = tempfile::tempdir().unwrap();
    // Two connections of their own, as two processes have.
    let (ours, theirs) = (open(&dir), open(&dir));
    for id in [1, 3] {
        ours.write_blocking(insert(id)).unwrap();
        assert_eq!(ours.commit_seq(), id as u64);
        theirs.write_blocking(insert(id + 1)).unwrap();
        assert_eq!(theirs.commit_seq(), id as u64 + 1);
    }
    assert_eq!(ids(&ours), [1, 2, 3, 4]);
}

#[test]
fn what_waits_is_served_before_the_last_handle_goes() {
    let dir = tempfile::tempdir().unwrap();
    let database = open(&dir);
    for id in 0..100 {
        drop(database.write(insert(id)));
    }
    drop(database);
    assert_eq!(ids(&open(&dir)).len(), 100);
}

#[test]
fn the_last_handle_may_go_inside_a_request() {
    let dir = tempfile::tempdir().unwrap();
    let database = open(&dir);
    let (done, is_done) = sync_channel(1);
    let own = database.clone();
    drop(database.write(move |_| -> Answer<()> {
        drop(own);
        done.send(()).ok();
        Ok(())
    }));
    drop(database);
    is_done.recv().unwrap();
}

#[test]
fn the_log_is_copied_into_the_file_before_it_grows_long() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("test.db");
    let database = Database::open(&path, Options { checkpoint_pages: 50, ..options() }).unwrap();
    for id in 0..200 {
        let large = move |db: &Connection| -> Answer<()> {
            db.prepare_cached("INSERT INTO item VALUES (?1, zeroblob(9000))")?.execute((id,))?;
            Ok(())
        };
        database.write_blocking(large).unwrap();
    }
    assert!(database.statistics().checkpoints >= 5);
    let log = path.with_extension("db-wal");
    assert!(size(&log) < 100 * 4200, "the log has {} bytes", size(&log));
}

#[test]
fn a_long_read_does_not_make_every_commit_copy_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let database =
        Database::open(&dir.path().join("test.db"), Options { checkpoint_pages: 50, ..options() }).unwrap();
    let read = |db: &Connection| -> Answer<i64> {
        let before = db.query_row("SELECT count(*) FROM item", (), |row| row.get(0))?;
        for id in 0..200 {
            database.write_blocking(insert(id))?;
        }
        Ok(before)
    };
    assert_eq!(database.read(read).unwrap(), 0);
    let checkpoints = database.statistics().checkpoints;
    assert!(checkpoints <= 10, "{checkpoints} checkpoints of 200 commits");
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}
