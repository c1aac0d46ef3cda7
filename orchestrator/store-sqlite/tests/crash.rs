//! What was answered survives the death of the process.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use amends_store::suite::SetClock;
use amends_store::{LedgerRow, LedgerStatus, SagaLock, SagaRow, Store, StoreError, Tx};
use amends_store_sqlite::SqliteStore;
use amends_types::{SagaId, Timestamp};

/// Names the file to a process that is to write until it is killed.
const LOAD: &str = "AMENDS_TEST_WRITE_LOAD";
const PREFIX: &str = "answered ";
const WRITERS: usize = 8;
const ROUNDS: usize = 3;
const ANSWERS_A_ROUND: usize = 200;

fn open(path: &Path) -> Arc<dyn Store> {
    let clock = Arc::new(SetClock::at(Timestamp::from_micros(1_767_225_600_000_000)));
    Arc::new(SqliteStore::open(path, clock).unwrap())
}

fn insert(tx: &mut dyn Tx, id: &SagaId) -> Result<(), StoreError> {
    let now = tx.now();
    tx.insert_saga(&SagaRow::new(id.clone(), "order_saga", serde_json::json!({}), now, now))?;
    tx.put_ledger_row(&LedgerRow::new(id.clone(), "order", 0, false, LedgerStatus::Done))
}

/// Several writers at once, each of which says what was answered.
fn write_until_killed(path: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let store = open(path);
    let begin = runtime.block_on(store.query(|tx| Ok::<_, StoreError>(tx.now().as_micros()))).unwrap();
    let writers = (0..WRITERS).map(|writer| {
        let store = store.clone();
        runtime.spawn(async move {
            for number in 0.. {
                let id: SagaId = format!("{begin}-{writer}-{number}").parse().unwrap();
                let saga = id.clone();
                store.transact(move |tx| insert(tx, &saga)).await.unwrap();
                println!("{PREFIX}{id}");
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    for writer in writers {
        runtime.block_on(writer).unwrap();
    }
}

/// Starts a process of this same test that writes, and kills it in the middle; answers what it was answered.
fn kill_a_writer(path: &Path) -> Vec<SagaId> {
    let test = "what_was_answered_survives_a_kill";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(LOAD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut answered = Vec::new();
    while answered.len() < ANSWERS_A_ROUND {
        let line = lines.next().expect("the writer lives until it is killed").unwrap();
        answered.extend(line.strip_prefix(PREFIX).map(|id| id.parse().unwrap()));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still said before it died counts too; a line that was cut off does not.
    let rest = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix(PREFIX)?.parse().ok());
    let mut rest: Vec<SagaId> = rest.collect();
    rest.pop();
    answered.extend(rest);
    answered
}

#[test]
fn what_was_answered_survives_a_kill() {
    if let Some(path) = std::env::var_os(LOAD) {
        return write_until_killed(&PathBuf::from(path));
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut answered = Vec::new();
    for _ in 0..ROUNDS {
        answered.extend(kill_a_writer(&path));
        let store = open(&path);
        for id in answered.clone() {
            let name = id.clone();
            let read = move |tx: &mut dyn Tx| Ok((tx.saga(&id, SagaLock::None)?, tx.ledger_rows(&id)?));
            let (saga, ledger) = runtime.block_on(store.query::<_, StoreError>(read)).unwrap();
            assert!(saga.is_some() && ledger.len() == 1, "saga {name} was answered");
        }
    }
}
