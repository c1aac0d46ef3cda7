//! Engine and journal with five steps that do nothing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use amends_engine::driver::{Engine, EngineOptions, TaskFailure, TaskWorker, WorkerTask};
use amends_engine::journal::DirectoryId;
use amends_types::BoxFuture;
use serde_json::{Value, json};

use super::latency::Latencies;
use super::report::{Cost, Measurement};
use super::{Case, Load, size};
use crate::failure::Failure;
use crate::sagas;

struct Empty;

impl TaskWorker for Empty {
    fn invoke(&self, _: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        Box::pin(async { Ok(json!({ "status": "done" })) })
    }
}

pub(super) async fn measure(load: Load, dir: &Path) -> Result<Measurement, Failure> {
    // The engine asks for the watermark once before each sync of its journal.
    let syncs = Arc::new(AtomicU64::new(0));
    let counted = syncs.clone();
    let options = EngineOptions {
        watermark: Arc::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            0
        }),
        ..EngineOptions::new(DirectoryId([7; 16]), Arc::new(Empty))
    };
    let engine = Engine::open(dir, options).map_err(Failure::failed)?;
    // The very machine of the order saga, with its retriers and catchers.
    let saga = sagas::definitions().remove(0);
    engine.register_machine(saga.name(), &saga.forward_machine()).map_err(Failure::failed)?;
    let machine = saga.name();
    let latencies = Latencies::of(load, |number| one(engine.clone(), machine, number)).await?;
    let fsyncs = syncs.load(Ordering::Relaxed);
    engine.shutdown().await;
    drop(engine);
    let cost = Cost { fsyncs, rows: size::rows(dir)?, disk_bytes: size::bytes(dir)? };
    Ok(Measurement::new(Case::EmptyHandlers, load, &latencies, cost))
}

async fn one(engine: Engine, machine: &'static str, number: u64) -> Result<(), Failure> {
    let name = format!("bench-{number}");
    let input = json!({ "saga_id": name, "input_sha256": "0".repeat(64) });
    engine.start(machine, &name, input).await.map_err(Failure::failed)?;
    engine.wait_end(machine, &name).await.map_err(Failure::failed)?;
    Ok(())
}
