//! What a file keeps over a restart, and which files are refused.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use amends_store::suite::SetClock;
use amends_store::{OutboxRow, SagaLock, SagaRow, Store, StoreError};
use amends_store_sqlite::{OpenError, SqliteStore};
use amends_types::{SagaId, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

const NOON: Timestamp = Timestamp::from_micros(1_767_268_800_000_000);
const MORNING: Timestamp = Timestamp::from_micros(1_767_254_400_000_000);

fn fresh() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    (directory, path)
}

fn open(path: &Path, now: Timestamp) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(path, Arc::new(SetClock::at(now))).unwrap())
}

fn inspect(path: &Path, now: Timestamp) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open_read_only(path, Arc::new(SetClock::at(now))).unwrap())
}

fn id(name: &str) -> SagaId {
    name.parse().unwrap()
}

/// Adds a saga; answers the transaction's time.
async fn insert(store: &dyn Store, name: &str) -> Result<Timestamp, StoreError> {
    let id = id(name);
    let work = move |tx: &mut dyn amends_store::Tx| {
        let now = tx.now();
        let row = SagaRow::new(id.clone(), "order_saga", serde_json::json!({}), now, now);
        tx.insert_saga(&row).map(|()| now)
    };
    store.transact(work).await
}

async fn exists(store: &dyn Store, name: &str) -> bool {
    let id = id(name);
    let read = store.query(move |tx| Ok::<_, StoreError>(tx.saga(&id, SagaLock::None)?.is_some()));
    read.await.unwrap()
}

async fn now(store: &dyn Store) -> Timestamp {
    store.query(|tx| Ok::<_, StoreError>(tx.now())).await.unwrap()
}

#[tokio::test]
async fn migrations_are_applied_at_start_and_harmless_again() {
    let (_directory, path) = fresh();
    insert(&*open(&path, NOON), "a").await.unwrap();
    for _ in 0..3 {
        assert!(exists(&*open(&path, NOON), "a").await);
    }
}

#[test]
fn a_file_of_a_newer_program_is_refused() {
    let (_directory, path) = fresh();
    drop(open(&path, NOON));
    let db = Connection::open(&path).unwrap();
    let newer = "INSERT INTO amends_migration (version, name, sha256) VALUES (1000, 'later', '')";
    db.execute(newer, ()).unwrap();
    let clock = Arc::new(SetClock::at(NOON));
    let error = SqliteStore::open(&path, clock.clone()).unwrap_err();
    let refused =
        OpenError::File(amends_sqlite::OpenError::Newer { path: path.clone(), found: 1000, known: 2 });
    assert_eq!(error.to_string(), refused.to_string());
    assert_eq!(SqliteStore::open_read_only(&path, clock).unwrap_err().to_string(), refused.to_string());
}

#[test]
fn a_file_that_is_no_store_is_refused_by_name() {
    let (_directory, path) = fresh();
    std::fs::write(&path, "sku,name,price_minor\n".repeat(100)).unwrap();
    let error = SqliteStore::open(&path, Arc::new(SetClock::at(NOON))).unwrap_err();
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
}

#[test]
fn ids_are_kept_over_a_restart_and_differ_between_stores() {
    let ((_one, path), (_two, other_path)) = (fresh(), fresh());
    let first = open(&path, NOON);
    let ids = (first.directory_id(), first.deployment());
    drop(first);
    let again = open(&path, NOON);
    assert_eq!((again.directory_id(), again.deployment()), ids);
    let inspected = inspect(&path, NOON);
    assert_eq!((inspected.directory_id(), inspected.deployment()), ids);
    let other = open(&other_path, NOON);
    assert!(other.directory_id() != ids.0 && other.deployment() != ids.1);
}

#[tokio::test]
async fn time_does_not_go_back_over_a_restart() {
    let (_directory, path) = fresh();
    let before = insert(&*open(&path, NOON), "a").await.unwrap();
    assert_eq!(before, NOON);
    assert!(now(&*inspect(&path, MORNING)).await > before);
    let store = open(&path, MORNING);
    assert!(now(&*store).await > before);
    assert!(insert(&*store, "b").await.unwrap() > before);
}

#[tokio::test]
async fn time_is_the_clocks_again_once_it_has_caught_up() {
    let (_directory, path) = fresh();
    insert(&*open(&path, NOON), "a").await.unwrap();
    let later = NOON.plus(Duration::from_secs(1));
    assert_eq!(insert(&*open(&path, later), "b").await.unwrap(), later);
}

#[tokio::test]
async fn the_commit_sequence_goes_on_over_a_restart() {
    let (_directory, path) = fresh();
    let store = open(&path, NOON);
    insert(&*store, "a").await.unwrap();
    let before = store.commit_sequence();
    drop(store);
    let store = open(&path, NOON);
    assert_eq!(store.commit_sequence(), before);
    insert(&*store, "b").await.unwrap();
    assert_eq!(store.commit_sequence(), before + 1);
}

#[tokio::test]
async fn an_inspection_follows_a_living_writer_and_changes_nothing() {
    let (_directory, path) = fresh();
    let store = open(&path, NOON);
    let inspected = inspect(&path, NOON);
    assert!(!exists(&*inspected, "a").await);
    insert(&*store, "a").await.unwrap();
    assert!(exists(&*inspected, "a").await);
    assert_eq!(inspected.commit_sequence(), store.commit_sequence());
    assert_eq!(insert(&*inspected, "b").await, Err(StoreError::ReadOnly));
    assert!(!exists(&*store, "b").await);
}

#[test]
fn an_inspection_creates_no_file() {
    let (_directory, path) = fresh();
    let error = SqliteStore::open_read_only(&path, Arc::new(SetClock::at(NOON))).unwrap_err();
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    assert!(!path.exists());
}

#[tokio::test]
async fn an_unreadable_row_is_named_and_its_content_is_not_shown() {
    let (_directory, path) = fresh();
    let store: Arc<dyn Store> = open(&path, NOON);
    insert(&*store, "a").await.unwrap();
    let row = OutboxRow {
        run: "a-1".parse().unwrap(),
        machine: "unwind_order_saga".to_owned(),
        saga: id("a"),
        input: "{}".to_owned(),
        created: NOON,
        engine: None,
        claimed_until: None,
    };
    store.transact(move |tx| tx.insert_outbox(&row)).await.unwrap();
    let db = Connection::open(&path).unwrap();
    db.execute("UPDATE sagas SET input = 'ada@example.com'", ()).unwrap();
    db.execute("UPDATE outbox SET saga = 'ada@example.com'", ()).unwrap();
    let saga = store.query(|tx| tx.saga(&id("a"), SagaLock::None)).await;
    assert_eq!(saga, Err(StoreError::Corrupt("sagas a, column input".to_owned())));
    let outbox = store.query(|tx| tx.outbox(10)).await;
    assert_eq!(outbox, Err(StoreError::Corrupt("outbox unwind_order_saga a-1, column saga".to_owned())));
}
