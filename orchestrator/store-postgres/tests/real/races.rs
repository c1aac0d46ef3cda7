//! Connections that want the same at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use amends_store::{Lease, LedgerRow, SagaLock, SagaRow};
use amends_types::Timestamp;

use crate::shop::{id, ledger, open, options, saga, write};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_first_attempts_one_sees_no_row_and_the_other_its_lease() {
    let options = options();
    // Two processes.
    let stores = [open(&options).await, open(&options).await];
    for round in 0..20 {
        let name = format!("s{round}");
        let row = saga(&name);
        write(&stores[0], move |tx| tx.insert_saga(&row)).await.unwrap();
        let attempts = stores.iter().cycle().take(8).cloned().map(|store| {
            let name = name.clone();
            tokio::spawn(async move {
                write(&store, move |tx| {
                    tx.saga(&id(&name), SagaLock::Share)?;
                    if tx.ledger_row(&id(&name), "charge")?.is_some() {
                        return Ok(false);
                    }
                    let lease = Some(Lease { token: 1, until: Timestamp::from_micros(9) });
                    tx.put_ledger_row(&LedgerRow { lease, ..ledger(&name, "charge") })?;
                    Ok(true)
                })
                .await
            })
        });
        let mut began = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            began += u32::from(attempt.await.unwrap().unwrap());
        }
        assert_eq!(began, 1, "of eight first attempts");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn work_that_the_server_gave_up_for_another_is_done_again() {
    let store = open(&options()).await;
    for name in ["a", "b"] {
        let row = saga(name);
        write(&store, move |tx| tx.insert_saga(&row)).await.unwrap();
    }
    let calls = Arc::new(AtomicU32::new(0));
    let barrier = Arc::new(std::sync::Barrier::new(2));
    let lock_both = |first: &'static str, second: &'static str| {
        let (store, calls, barrier) = (store.clone(), calls.clone(), barrier.clone());
        tokio::spawn(async move {
            write(&store, move |tx| {
                let row = tx.saga(&id(first), SagaLock::Update)?.unwrap();
                // Each has one lock and wants the other's; only at the first time, or they would wait for ever.
                if calls.fetch_add(1, Ordering::SeqCst) < 2 {
                    barrier.wait();
                }
                tx.update_saga(&SagaRow { unwinds: row.unwinds + 1, ..row })?;
                let row = tx.saga(&id(second), SagaLock::Update)?.unwrap();
                tx.update_saga(&SagaRow { unwinds: row.unwinds + 1, ..row })
            })
            .await
        })
    };
    let (one, other) = (lock_both("a", "b"), lock_both("b", "a"));
    one.await.unwrap().unwrap();
    other.await.unwrap().unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 3, "one of the two had to begin again");
    for name in ["a", "b"] {
        let row = write(&store, move |tx| tx.saga(&id(name), SagaLock::None)).await.unwrap().unwrap();
        assert_eq!(row.unwinds, 2, "nothing was counted twice or lost");
    }
}
