//! Reads that may lag: on a replica, if it can be used.

use std::time::Duration;

use amends_store::{SagaQuery, Store, StoreError};
use amends_store_postgres::{PostgresOptions, PostgresStore};

use crate::shop::{open, options, saga, write};

async fn lagging(store: &PostgresStore) -> Result<usize, StoreError> {
    let store: &dyn Store = store;
    let query = SagaQuery { limit: 9, ..SagaQuery::default() };
    store.query_lagging(move |tx| Ok(tx.sagas(&query)?.len())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_is_read_while_it_has_what_was_written_long_enough_ago() {
    let (primary, stale) = (options(), options());
    // A database that receives nothing any more: what a standby looks like whose connection is cut.
    let old = open(&stale).await;
    let with_replica = PostgresOptions { replica_url: Some(stale.url.clone()), ..primary.clone() };
    let store = open(&with_replica).await;
    write(&store, |tx| tx.insert_saga(&saga("a"))).await.unwrap();
    write(&old, |tx| {
        tx.insert_saga(&saga("x"))?;
        tx.insert_saga(&saga("y"))
    })
    .await
    .unwrap();
    assert_eq!(lagging(&store).await, Ok(2), "the replica is read");
    let strict = open(&PostgresOptions { most_lag: Duration::ZERO, ..with_replica }).await;
    write(&strict, |tx| tx.insert_saga(&saga("b"))).await.unwrap();
    assert_eq!(lagging(&strict).await, Ok(2), "it has not got that far, so the database itself is read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_replica_that_answers_the_database_itself_is_read() {
    let nowhere = Some("postgres://amends@127.0.0.1:1/nowhere".to_owned());
    let options =
        PostgresOptions { replica_url: nowhere, acquire_timeout: Duration::from_secs(2), ..options() };
    let store = open(&options).await;
    write(&store, |tx| tx.insert_saga(&saga("a"))).await.unwrap();
    assert_eq!(lagging(&store).await, Ok(1));
    let none = open(&PostgresOptions { replica_url: None, ..options }).await;
    assert_eq!(lagging(&none).await, Ok(1));
}
