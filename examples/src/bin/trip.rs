//! Runs a saga of one's own: the trips of three travellers, of whom one finds no hotel.
//!
//! Everything that a program needs besides its saga is here: a store, a worker that hands tasks to the harness, and an
//! engine that runs the generated state machine. Run it with `cargo run -p amends-examples --bin trip`.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use amends_coordinator::{
    EmbeddedStepFunctions, SagaHome, SagaKind, StepFunctions, begin_saga, find_saga, start,
};
use amends_engine::clock::SystemClock;
use amends_engine::driver::{Engine, EngineOptions, TaskFailure, TaskWorker, WorkerTask};
use amends_engine::journal::DirectoryId;
use amends_examples::trip::{Bookings, trip};
use amends_harness::{Harness, HarnessOptions};
use amends_store::Store;
use amends_store_sqlite::SqliteStore;
use amends_types::{BoxFuture, SagaId, SplitMix};
use serde_json::{Value, json};

/// Hands the engine's tasks to the harness.
struct Worker(Harness);

impl TaskWorker for Worker {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let harness = self.0.clone();
        Box::pin(async move {
            let answer = harness.handle_json(task.payload).await;
            answer.map_err(|error| TaskFailure { error: error.kind.name().into(), cause: error.cause })
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let flights = Arc::new(Bookings::with_places(10));
    let hotels = Arc::new(Bookings::with_places(2));
    let saga = trip(flights.clone(), hotels);
    let definition = saga.definition().clone();
    let kind = SagaKind {
        name: definition.name().to_owned(),
        unwind_name: definition.unwind_name(),
        time_limit: Duration::from_secs(definition.deadline_seconds()),
    };

    let dir = tempfile::tempdir()?;
    let clock = Arc::new(SystemClock::new());
    let sqlite = SqliteStore::open(&dir.path().join("store.db"), clock.clone())?;
    let directory = DirectoryId(*sqlite.directory_id().as_bytes());
    let store: Arc<dyn Store> = Arc::new(sqlite);
    let entropy = Arc::new(SplitMix::from_system());
    let harness = Harness::new(HarnessOptions { store: store.clone(), clock, entropy, sagas: vec![saga] });
    let engine =
        Engine::open(&dir.path().join("engine"), EngineOptions::new(directory, Arc::new(Worker(harness))))?;
    engine.register_machine(definition.name(), &definition.forward_machine())?;
    engine.register_machine(&definition.unwind_name(), &definition.unwind_machine())?;
    let functions = EmbeddedStepFunctions::new(engine);

    for traveller in ["ada", "grace", "edsger"] {
        let id: SagaId = format!("trip-of-{traveller}").parse()?;
        let (kind, begun, trip) = (kind.clone(), id.clone(), json!({ "traveller": traveller }));
        let row = store
            .transact(move |tx| begin_saga(tx, &kind, begun.clone(), trip.clone(), SagaHome::default()))
            .await?;
        let execution = start(&*store, &functions, &row).await?;
        functions.wait_for_end(&execution).await?;
        let saga = find_saga(&*store, &id).await?.ok_or("the trip vanished")?;
        println!("{id}: {} {}", saga.state.name(), saga.reason.unwrap_or_default());
    }
    println!("flights still free: {}", flights.free());
    Ok(())
}
