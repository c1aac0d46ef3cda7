//! What one order saga costs the writer: its twelve transactions, without anything else that a saga does.
//!
//! `cargo bench -p amends-store-sqlite` prints the figures; a number after `--` says how many sagas. The writer's own
//! time is Linux's, from `/proc`, and is left out elsewhere.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use amends_store::{
    Customer, Lease, LedgerRow, LedgerStatus, OrderLine, OrderRow, OrderStatus, OutboxRow, PricedLine,
    ProductRow, ReservationRow, SagaLock, SagaRow, SagaState, Store, StoreError, Tx,
};
use amends_store_sqlite::SqliteStore;
use amends_types::{BoxFuture, Clock, Money, Personal, SagaId, Sha256Hex, Timestamp};
use serde_json::json;

const WORKERS: usize = 64;
const SKUS: [&str; 2] = ["sku-0001", "sku-0002"];

struct SystemClock(Instant);

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_767_225_600_000_000).plus(self.0.elapsed())
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        unreachable!("nothing here waits")
    }
}

type Answer = Result<(), StoreError>;

/// Accepts the order: the saga, the order and the outbox row.
fn accept(tx: &mut dyn Tx, id: &SagaId) -> Answer {
    let now = tx.now();
    let input = json!({"order_id": id.as_str()});
    tx.insert_saga(&SagaRow::new(id.clone(), "order_saga", input, now, now.plus(Duration::from_secs(900))))?;
    tx.insert_order(&OrderRow {
        id: id.clone(),
        body_sha256: Sha256Hex::of(id.as_str().as_bytes()),
        customer: Customer {
            id: format!("customer-of-{id}"),
            email: Personal::new(format!("{id}@example.com")),
            phone: None,
        },
        currency: "USD".parse().unwrap(),
        lines: SKUS.map(|sku| OrderLine { sku: sku.to_owned(), quantity: 2 }).to_vec(),
        payment_method: Personal::new("pm_card_visa".to_owned()),
        status: OrderStatus::Received,
        priced: Vec::new(),
        total: None,
        created: now,
        idempotency_key: None,
        placed_by: "bench".to_owned(),
        erased: None,
    })?;
    tx.insert_outbox(&OutboxRow {
        run: id.forward_run(),
        machine: "order_saga".to_owned(),
        saga: id.clone(),
        input: json!({"saga_id": id.as_str(), "input_sha256": Sha256Hex::of(b"")}).to_string(),
        created: now,
        engine: None,
        claimed_until: None,
    })
}

/// Begins a step whose effect is elsewhere.
fn begin(tx: &mut dyn Tx, id: &SagaId, step: &str, position: u32) -> Answer {
    assert_eq!(tx.saga(id, SagaLock::Share)?.unwrap().state, SagaState::Forward);
    assert_eq!(tx.ledger_row(id, step)?, None);
    let until = tx.now().plus(Duration::from_secs(30));
    let row = LedgerRow::new(id.clone(), step, position, step == "notify", LedgerStatus::Started);
    tx.put_ledger_row(&LedgerRow {
        input: input(id),
        lease: Some(Lease { token: 0x1234_5678_9abc_def0, until }),
        execute_until: Some(until),
        attempts: 1,
        started: Some(tx.now()),
        ..row
    })
}

/// Ends one, and with the last the saga.
fn finish(tx: &mut dyn Tx, id: &SagaId, step: &str, last: bool) -> Answer {
    let row = tx.ledger_row(id, step)?.unwrap();
    let objects = [("payment_intent".to_owned(), format!("pi_{id}"))];
    tx.put_ledger_row(&LedgerRow {
        status: LedgerStatus::Done,
        lease: None,
        output: Some(json!({"id": format!("pi_{id}"), "status": "succeeded"})),
        objects: objects.into(),
        finished: Some(tx.now()),
        ..row
    })?;
    if last {
        assert_eq!(tx.ledger_rows(id)?.len(), 5);
        let mut saga = tx.saga(id, SagaLock::Update)?.unwrap();
        saga.end(SagaState::Committed, tx.now());
        tx.update_saga(&saga)?;
    }
    Ok(())
}

/// A step whose effect is in the store: effect and ledger row in one transaction.
fn local(tx: &mut dyn Tx, id: &SagaId, step: &str, position: u32) -> Answer {
    assert_eq!(tx.saga(id, SagaLock::Share)?.unwrap().state, SagaState::Forward);
    assert_eq!(tx.ledger_row(id, step)?, None);
    let order = tx.order(id)?.unwrap();
    match step {
        "order" => price(tx, order)?,
        _ => reserve(tx, id)?,
    }
    let row = LedgerRow::new(id.clone(), step, position, false, LedgerStatus::Done);
    let now = Some(tx.now());
    tx.put_ledger_row(&LedgerRow {
        input: input(id),
        output: Some(json!({"lines": 2})),
        started: now,
        finished: now,
        ..row
    })
}

fn price(tx: &mut dyn Tx, order: OrderRow) -> Answer {
    let mut priced = Vec::new();
    for line in &order.lines {
        let unit_price_minor = tx.product(&line.sku)?.unwrap().price.minor;
        priced.push(PricedLine { sku: line.sku.clone(), quantity: line.quantity, unit_price_minor });
    }
    let total = Some(Money { minor: 7996, currency: order.currency });
    tx.update_order(&OrderRow { status: OrderStatus::Accepted, priced, total, ..order })
}

fn reserve(tx: &mut dyn Tx, id: &SagaId) -> Answer {
    for sku in SKUS {
        assert!(tx.take_stock(sku, 2)?);
        tx.insert_reservation(&ReservationRow {
            saga: id.clone(),
            sku: sku.to_owned(),
            quantity: 2,
            released: false,
        })?;
    }
    Ok(())
}

fn input(id: &SagaId) -> serde_json::Value {
    json!({"order_id": id.as_str(), "total": {"minor": 7996, "currency": "USD"}, "payment_method": "pm_card_visa"})
}

/// The twelve transactions of one saga, one after the other.
async fn run_saga(store: &dyn Store, number: usize) {
    // As random as order ids are.
    let id: SagaId = Sha256Hex::of(&number.to_le_bytes()).as_str()[..32].parse().unwrap();
    let transact = |work: fn(&mut dyn Tx, &SagaId) -> Answer| {
        let id = id.clone();
        async move { store.transact(move |tx| work(tx, &id)).await.unwrap() }
    };
    transact(accept).await;
    transact(|tx, id| tx.delete_outbox("order_saga", &id.forward_run())).await;
    transact(|tx, id| local(tx, id, "order", 0)).await;
    transact(|tx, id| local(tx, id, "reserve_stock", 1)).await;
    transact(|tx, id| begin(tx, id, "charge", 2)).await;
    transact(|tx, id| record_object(tx, id)).await;
    transact(|tx, id| finish(tx, id, "charge", false)).await;
    transact(|tx, id| begin(tx, id, "notify", 3)).await;
    transact(|tx, id| finish(tx, id, "notify", false)).await;
    transact(|tx, id| begin(tx, id, "external_inventory_sync", 4)).await;
    transact(|tx, id| finish(tx, id, "external_inventory_sync", true)).await;
    transact(|tx, id| tx.delete_outbox("order_saga", &id.forward_run())).await;
}

/// Records the provider's object before it has an effect.
fn record_object(tx: &mut dyn Tx, id: &SagaId) -> Answer {
    let mut row = tx.ledger_row(id, "charge")?.unwrap();
    row.objects.insert("payment_intent".to_owned(), format!("pi_{id}"));
    tx.put_ledger_row(&row)
}

/// How long the writer's thread has run.
fn writer_time() -> Option<Duration> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    tasks.flatten().find_map(|task| {
        let name = std::fs::read_to_string(task.path().join("comm")).ok()?;
        let statistics = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        let nanoseconds = statistics.split(' ').next()?.parse().ok()?;
        (name.trim() == "sqlite-writer").then(|| Duration::from_nanos(nanoseconds))
    })
}

fn measure(runtime: &tokio::runtime::Runtime, path: &Path, sagas: usize) {
    let store = Arc::new(SqliteStore::open(path, Arc::new(SystemClock(Instant::now()))).unwrap());
    let shared: Arc<dyn Store> = store.clone();
    runtime.block_on(shared.transact(|tx| stock(tx))).unwrap();
    let (begun, before) = (Instant::now(), writer_time());
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (store, next) = (shared.clone(), next.clone());
            runtime.spawn(async move {
                while let number = next.fetch_add(1, Ordering::Relaxed)
                    && number < sagas
                {
                    run_saga(&*store, number).await;
                }
            })
        })
        .collect();
    for worker in workers {
        runtime.block_on(worker).unwrap();
    }
    let (elapsed, after, statistics) = (begun.elapsed(), writer_time(), store.statistics());
    println!("{sagas} sagas, {WORKERS} at once: {:.0} a second", sagas as f64 / elapsed.as_secs_f64());
    if let Some((before, after)) = before.zip(after) {
        println!("the writer's CPU: {:.0} us a saga", (after - before).as_secs_f64() * 1e6 / sagas as f64);
    }
    println!("requests a commit: {:.1}", statistics.requests as f64 / statistics.commits as f64);
    drop((shared, store));
    let bytes = std::fs::metadata(path).unwrap().len();
    println!("the file: {} bytes a saga", bytes / sagas as u64);
}

fn stock(tx: &mut dyn Tx) -> Answer {
    for sku in SKUS {
        let price = Money { minor: 1999, currency: "USD".parse().unwrap() };
        let (sku, name) = (sku.to_owned(), "Something".to_owned());
        tx.insert_product(&ProductRow { sku, name, price, stocked: 1 << 40, free: 1 << 40, pruned: 0 })?;
    }
    Ok(())
}

fn main() {
    let sagas = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(20_000);
    let directory = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    measure(&runtime, &directory.path().join("store.db"), sagas);
}
