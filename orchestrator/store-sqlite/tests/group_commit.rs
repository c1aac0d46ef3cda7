//! Transactions that share one commit.

#![allow(clippy::unwrap_used)]

use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::task::{Context, Waker};

use amends_store::suite::SetClock;
use amends_store::{SagaLock, SagaRow, Store, StoreError, Tx};
use amends_store_sqlite::SqliteStore;
use amends_types::{SagaId, Timestamp};

const NEIGHBOURS: usize = 40;

fn id(number: usize) -> SagaId {
    format!("saga-{number}").parse().unwrap()
}

fn insert(tx: &mut dyn Tx, number: usize) -> Result<Timestamp, StoreError> {
    let now = tx.now();
    tx.insert_saga(&SagaRow::new(id(number), "order_saga", serde_json::json!({}), now, now))?;
    Ok(now)
}

fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) {
    let answered = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(answered.is_pending(), "nothing is answered before the commit");
}

#[tokio::test]
async fn a_failing_transaction_in_the_middle_of_a_commit_is_taken_back_alone() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock::at(Timestamp::from_micros(0)));
    let sqlite = Arc::new(SqliteStore::open(&directory.path().join("store.db"), clock).unwrap());
    let store: Arc<dyn Store> = sqlite.clone();
    // Holds the writer inside the first transaction, so that the others gather behind it.
    let (release, held) = sync_channel::<()>(0);
    let mut first = Box::pin(store.transact(move |_| held.recv().map_err(|_| StoreError::RolledBack)));
    poll(&mut first);
    let begin = |number: usize| {
        let work = move |tx: &mut dyn Tx| {
            let now = insert(tx, number)?;
            if number % 5 == 2 { Err(StoreError::Constraint("no".to_owned())) } else { Ok(now) }
        };
        let mut answer = Box::pin(store.transact(work));
        poll(&mut answer);
        answer
    };
    let answers: Vec<_> = (0..NEIGHBOURS).map(begin).collect();
    release.send(()).unwrap();
    first.await.unwrap();
    let mut times = Vec::new();
    for (number, answer) in answers.into_iter().enumerate() {
        let answer = answer.await;
        assert_eq!(answer.is_err(), number % 5 == 2, "{answer:?}");
        times.extend(answer.ok());
        let row = store.query(move |tx| tx.saga(&id(number), SagaLock::None)).await.unwrap();
        assert_eq!(row.is_some(), number % 5 != 2, "saga {number}");
    }
    assert!(times.is_sorted_by(|earlier, later| earlier < later), "{times:?}");
    assert_eq!(sqlite.statistics().largest_batch, NEIGHBOURS as u64 + 1, "they shared one commit");
}
