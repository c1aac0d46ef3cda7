//! A server that crashes, and is started again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use amends_store::{Store, StoreError};
use amends_store_postgres::testing::Cluster;
use amends_store_postgres::{PostgresOptions, PostgresStore};

use crate::shop::{exists, open, saga, write};

/// Waits until so many writes were begun.
async fn reach(next: &AtomicU32, count: u32) {
    while next.load(Ordering::SeqCst) < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_answered_is_there_after_crashes_of_the_server_and_the_store_works_again() {
    let mut cluster = Cluster::alone();
    let options = PostgresOptions {
        acquire_timeout: Duration::from_secs(2),
        ..PostgresOptions::new(cluster.database().url())
    };
    let store = open(&options).await;
    let deployment = store.deployment();
    let stop = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicU32::new(0));
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (store, stop, next) = (store.clone(), stop.clone(), next.clone());
            tokio::spawn(async move {
                let mut answered = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    let name = format!("s{}", next.fetch_add(1, Ordering::SeqCst));
                    let row = saga(&name);
                    match write(&store, move |tx| tx.insert_saga(&row)).await {
                        Ok(()) => answered.push((name, true)),
                        Err(StoreError::Unavailable(_)) => answered.push((name, false)),
                        // The server was gone for longer than it is asked.
                        Err(StoreError::OutcomeUnknown(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                answered
            })
        })
        .collect();
    for crash in 1..=3 {
        reach(&next, crash * 100).await;
        tokio::task::block_in_place(|| cluster.crash());
    }
    let so_far = next.load(Ordering::SeqCst);
    reach(&next, so_far + 100).await;
    stop.store(true, Ordering::SeqCst);
    let sequence = store.commit_sequence();
    let mut counts = (0, 0);
    for writer in writers {
        for (name, kept) in writer.await.unwrap() {
            assert_eq!(exists(&store, &name).await, kept, "{name}");
            if kept { counts.0 += 1 } else { counts.1 += 1 }
        }
    }
    assert!(counts.0 > 10, "{counts:?}: something was written before, between and after");
    let again = PostgresStore::open(&options).await.unwrap();
    assert_eq!(again.deployment(), deployment);
    assert!(again.commit_sequence() >= sequence);
}
