//! A commit whose request or answer is lost: what became of it is found out, and nothing is done twice.

use amends_store::StoreError;
use amends_store_postgres::testing::Cluster;
use amends_store_postgres::{PostgresOptions, PostgresStore};

use crate::proxy::{Lose, Proxy};
use crate::shop::{exists, open, saga, write};

async fn behind_a_proxy() -> (PostgresStore, Proxy) {
    let cluster = Cluster::shared();
    let proxy = Proxy::before(cluster.port()).await;
    let options = PostgresOptions::new(&proxy.url(cluster.database().url()));
    (open(&options).await, proxy)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_was_lost_is_known_to_have_happened() {
    let (store, proxy) = behind_a_proxy().await;
    proxy.lose(Lose::Reply);
    // Were it done again, the saga would be there already.
    assert_eq!(write(&store, |tx| tx.insert_saga(&saga("a"))).await, Ok(()));
    assert!(exists(&store, "a").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_never_arrived_is_known_not_to_have_happened() {
    let (store, proxy) = behind_a_proxy().await;
    proxy.lose(Lose::Request);
    let lost = write(&store, |tx| tx.insert_saga(&saga("a"))).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    assert!(!exists(&store, "a").await);
    assert_eq!(write(&store, |tx| tx.insert_saga(&saga("a"))).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commit_sequence_counts_a_commit_whose_answer_was_lost() {
    let (store, proxy) = behind_a_proxy().await;
    let before = amends_store::Store::commit_sequence(&store);
    proxy.lose(Lose::Reply);
    write(&store, |tx| tx.insert_saga(&saga("a"))).await.unwrap();
    assert!(amends_store::Store::commit_sequence(&store) > before);
}
