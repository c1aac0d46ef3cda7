//! The order saga, from intake to verdict, with everything that `amends run` uses.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use amends_coordinator::{NewOrder, Placed, Placing, find_saga, place, start};
use amends_store::{ProductRow, SagaState, StoreError};
use amends_types::Money;
use serde_json::json;

use super::latency::Latencies;
use super::report::{Cost, Measurement};
use super::{Case, Load, size};
use crate::args::Mail;
use crate::failure::Failure;
use crate::runtime::Runtime;

pub(super) async fn measure(case: Case, load: Load, dir: &Path) -> Result<Measurement, Failure> {
    let mail = Mail { smtp: None, mail_from: None };
    let runtime = Arc::new(Runtime::open(dir, &mail, None).await?);
    stock(&runtime).await?;
    let before = fsyncs(&runtime);
    let latencies = Latencies::of(load, |number| one(runtime.clone(), case, number)).await?;
    let fsyncs = fsyncs(&runtime) - before;
    runtime.shutdown().await;
    drop(runtime);
    let rows = size::rows(dir)? + size::rows(&dir.join("engine"))?;
    let cost = Cost { fsyncs, rows, disk_bytes: size::bytes(dir)? };
    Ok(Measurement::new(case, load, &latencies, cost))
}

/// All syncs of store, books and journal so far.
fn fsyncs(runtime: &Runtime) -> u64 {
    let databases = runtime.sqlite.as_ref().map_or(0, |sqlite| sqlite.statistics().commits)
        + runtime.books.database().statistics().commits;
    databases + runtime.journal_syncs.load(Ordering::Relaxed)
}

const SKUS: [&str; 2] = ["bench", "SANDBOX-SYNC-REFUSED"];

async fn stock(runtime: &Runtime) -> Result<(), Failure> {
    let price = Money { minor: 1999, currency: "USD".parse().map_err(Failure::failed)? };
    let store = runtime.store();
    let added = store.transact(move |tx| {
        for sku in SKUS {
            let (name, stock) = (sku.to_owned(), 1_000_000_000);
            let sku = sku.to_owned();
            tx.insert_product(&ProductRow { sku, name, price, stocked: stock, free: stock, pruned: 0 })?;
        }
        Ok::<_, StoreError>(())
    });
    added.await.map_err(Failure::failed)
}

fn order(case: Case, number: u64) -> Result<NewOrder, Failure> {
    let (sku, payment_method) = match case {
        Case::DeclinedAtCharge => (SKUS[0], "pm_card_chargeDeclined"),
        Case::FailedAtTheLastStep => (SKUS[1], "pm_card_visa"),
        _ => (SKUS[0], "pm_card_visa"),
    };
    let order = json!({
        "order_id": format!("bench-{number}"),
        "customer": { "id": format!("customer-{number}"), "email": "customer@example.com" },
        "currency": "USD",
        "lines": [{ "sku": sku, "quantity": 2 }],
        "payment_method": payment_method,
    });
    NewOrder::from_json(order.to_string().as_bytes()).map_err(Failure::failed)
}

async fn one(runtime: Arc<Runtime>, case: Case, number: u64) -> Result<(), Failure> {
    let store = runtime.store();
    let order = order(case, number)?;
    let id = order.id.clone();
    let placed = place(&*store, &runtime.kind, order, Placing::default()).await.map_err(Failure::failed)?;
    let Placed::New(row) = placed else { return Err(Failure::Failed(format!("{id} is not new"))) };
    let execution = start(&*store, &*runtime.functions, &row).await.map_err(Failure::failed)?;
    runtime.functions.wait_for_end(&execution).await.map_err(Failure::failed)?;
    let saga = find_saga(&*store, &id).await.map_err(Failure::failed)?;
    let expected = match case {
        Case::DeclinedAtCharge | Case::FailedAtTheLastStep => SagaState::Compensated,
        _ => SagaState::Committed,
    };
    match saga.map(|saga| saga.state) {
        Some(state) if state == expected => Ok(()),
        state => Err(Failure::Failed(format!("{id} should be {}, is {state:?}", expected.name()))),
    }
}
