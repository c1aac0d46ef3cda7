//! Errors: what they say, and what they must not.

use std::time::{Duration, Instant};

use amends_store::{AuditAction, NewAuditRow, SagaLock, SagaQuery, SagaRow, Store, StoreError};
use amends_store_postgres::{OpenError, PostgresOptions, PostgresStore};
use serde_json::Value;

use crate::shop::{id, open, options, read, saga, write};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_all_connections_are_in_use_others_are_told_in_bounded_time() {
    let options =
        PostgresOptions { max_connections: 1, acquire_timeout: Duration::from_millis(200), ..options() };
    let store = open(&options).await;
    let (entered, entry) = tokio::sync::oneshot::channel();
    let (leave, left) = std::sync::mpsc::channel::<()>();
    let mut entered = Some(entered);
    let holding = store.clone();
    let held = tokio::spawn(async move {
        write(&holding, move |_| {
            if let Some(entered) = entered.take() {
                entered.send(()).unwrap();
            }
            left.recv().unwrap();
            Ok(())
        })
        .await
    });
    entry.await.unwrap();
    let begun = Instant::now();
    let refused = read(&store, |tx| tx.sagas(&SagaQuery::default())).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert!(begun.elapsed() < Duration::from_secs(30));
    leave.send(()).unwrap();
    held.await.unwrap().unwrap();
    read(&store, |tx| tx.sagas(&SagaQuery::default())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_is_not_waited_for_for_ever() {
    let options = PostgresOptions { lock_timeout: Duration::from_millis(100), ..options() };
    // Its one connection is whatever opening the store has left.
    let store = open(&PostgresOptions { max_connections: 1, ..options.clone() }).await;
    write(&store, |tx| tx.insert_saga(&saga("a"))).await.unwrap();
    let (entered, entry) = tokio::sync::oneshot::channel();
    let (leave, left) = std::sync::mpsc::channel::<()>();
    let mut entered = Some(entered);
    let holding = open(&options).await;
    let held = tokio::spawn(async move {
        write(&holding, move |tx| {
            tx.saga(&id("a"), SagaLock::Update)?;
            if let Some(entered) = entered.take() {
                entered.send(()).unwrap();
            }
            left.recv().unwrap();
            Ok(())
        })
        .await
    });
    entry.await.unwrap();
    let refused = write(&store, |tx| tx.saga(&id("a"), SagaLock::Update)).await;
    assert!(matches!(&refused, Err(StoreError::Unavailable(text)) if text.contains("lock")), "{refused:?}");
    leave.send(()).unwrap();
    held.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_never_holds_the_values_of_a_row_or_the_address() {
    let store = open(&options()).await;
    // The server's own text and detail would quote the row.
    let row = SagaRow { unwinds: 1, reason: Some("ada@example.com".to_owned()), ..saga("a") };
    write(&store, move |tx| tx.insert_saga(&row)).await.unwrap();
    let too_much = write(&store, |tx| {
        tx.insert_product(&amends_store::ProductRow {
            sku: "ada@example.com".to_owned(),
            name: String::new(),
            price: amends_types::Money { minor: 1, currency: "USD".parse().unwrap() },
            stocked: 5,
            free: 5,
            pruned: i64::MAX.cast_unsigned(),
        })?;
        tx.count_pruned("ada@example.com", 1)
    });
    let error = format!("{:?}", too_much.await.unwrap_err());
    assert!(!error.contains("ada@example.com"), "{error}");
    let wrong = PostgresOptions::new("postgres://amends:secret@127.0.0.1:1/nowhere");
    let error = PostgresStore::open(&PostgresOptions {
        acquire_timeout: Duration::from_millis(300),
        ..wrong.clone()
    })
    .await;
    let text = format!("{:?} {wrong:?}", error.as_ref().unwrap_err());
    assert!(!text.contains("secret") && !text.contains("nowhere"), "{text}");
    let none = PostgresStore::open(&PostgresOptions::new("secret")).await;
    assert!(matches!(none, Err(OpenError::Url)), "{none:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_ignores_a_failed_statement_is_not_committed() {
    let store = open(&options()).await;
    let ignored = write(&store, |tx| {
        tx.insert_saga(&saga("a"))?;
        let nonsense = amends_store::ProductRow {
            sku: "x".to_owned(),
            name: "x".to_owned(),
            price: amends_types::Money { minor: 1, currency: "USD".parse().unwrap() },
            stocked: 1,
            free: 1,
            pruned: i64::MAX.cast_unsigned(),
        };
        tx.insert_product(&nonsense)?;
        // Out of range: the server gives the transaction up.
        drop(tx.count_pruned("x", 1));
        Ok(())
    });
    assert!(ignored.await.is_err());
    assert!(!crate::shop::exists(&store, "a").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_log_cannot_be_changed_or_shortened_even_by_hand() {
    let options = options();
    let store = open(&options).await;
    let row = NewAuditRow {
        actor: "ada".to_owned(),
        action: AuditAction::Accept,
        saga: None,
        step: None,
        why: "so".to_owned(),
        detail: Value::Null,
    };
    write(&store, move |tx| tx.append_audit(&row)).await.unwrap();
    let mut db = <sqlx::PgConnection as sqlx::Connection>::connect(&options.url).await.unwrap();
    for sql in ["UPDATE audit_log SET why = ''", "DELETE FROM audit_log", "TRUNCATE audit_log"] {
        assert!(sqlx::raw_sql(sql).execute(&mut db).await.is_err(), "{sql}");
    }
    assert_ne!(Store::commit_sequence(&store), 0);
}
