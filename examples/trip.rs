//! A saga of one's own: book a flight and a hotel, or neither.
//!
//! Everything that a library user needs is here: two steps with their compensations, the saga made of them, a worker
//! that hands tasks to the harness, and an engine that runs the generated state machine. Run it with
//! `cargo run -p amends-examples --bin trip`.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amends_coordinator::{EmbeddedStepFunctions, SagaKind, StepFunctions, begin_saga, find_saga, start};
use amends_engine::clock::SystemClock;
use amends_engine::driver::{Engine, EngineOptions, TaskFailure, TaskWorker, WorkerTask};
use amends_engine::journal::DirectoryId;
use amends_harness::{Harness, HarnessOptions, Saga};
use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};
use amends_store::Store;
use amends_store_sqlite::SqliteStore;
use amends_types::{BoxFuture, SagaId, SplitMix};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Somebody else's booking system. It knows a booking by its key, so that a repeated request books once.
#[derive(Default)]
struct Bookings {
    free: Mutex<u32>,
    by_key: Mutex<BTreeMap<String, String>>,
}

impl Bookings {
    fn with_places(free: u32) -> Arc<Self> {
        Arc::new(Self { free: Mutex::new(free), by_key: Mutex::default() })
    }

    fn book(&self, key: String, traveller: &str) -> Result<String, StepError> {
        let mut bookings = self.by_key.lock().expect("nobody panics while booking");
        if let Some(booking) = bookings.get(&key) {
            return Ok(booking.clone());
        }
        let mut free = self.free.lock().expect("nobody panics while booking");
        *free = free.checked_sub(1).ok_or_else(|| StepError::Rejected("fully booked".into()))?;
        let booking = format!("booking-{}-for-{traveller}", bookings.len() + 1);
        bookings.insert(key, booking.clone());
        Ok(booking)
    }

    fn cancel(&self, key: &str) -> Compensated {
        match self.by_key.lock().expect("nobody panics while booking").remove(key) {
            Some(_) => {
                *self.free.lock().expect("nobody panics while booking") += 1;
                Compensated::Undone
            }
            None => Compensated::NothingFound,
        }
    }
}

/// What a trip is started with.
#[derive(Clone, Serialize, Deserialize)]
struct Trip {
    traveller: String,
}

/// The first step.
struct BookFlight(Arc<Bookings>);

impl SagaStep for BookFlight {
    const NAME: &'static str = "book_flight";
    const COMPENSATION: &'static str = "cancel_flight";
    const POLICY: StepPolicy = StepPolicy::REQUIRED;
    type Input = Trip;
    type Output = String;

    async fn execute(&self, ctx: &StepCtx, trip: Trip) -> Result<String, StepError> {
        self.0.book(ctx.key("book").to_string(), &trip.traveller)
    }

    async fn compensate(&self, ctx: &StepCtx, _: Trip, _: Option<String>) -> Result<Compensated, StepError> {
        Ok(self.0.cancel(&ctx.key("book").to_string()))
    }
}

/// The second step.
struct BookHotel(Arc<Bookings>);

impl SagaStep for BookHotel {
    const NAME: &'static str = "book_hotel";
    const COMPENSATION: &'static str = "cancel_hotel";
    const POLICY: StepPolicy = StepPolicy::REQUIRED;
    type Input = Trip;
    type Output = String;

    async fn execute(&self, ctx: &StepCtx, trip: Trip) -> Result<String, StepError> {
        self.0.book(ctx.key("book").to_string(), &trip.traveller)
    }

    async fn compensate(&self, ctx: &StepCtx, _: Trip, _: Option<String>) -> Result<Compensated, StepError> {
        Ok(self.0.cancel(&ctx.key("book").to_string()))
    }
}

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
    let flights = Bookings::with_places(10);
    let hotels = Bookings::with_places(2);
    let saga = Saga::builder("trip")
        .step(BookFlight(flights.clone()), |sources| sources.input())
        .step(BookHotel(hotels), |sources| sources.input())
        .build();
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
        let row = store.transact(move |tx| begin_saga(tx, &kind, begun.clone(), trip.clone())).await?;
        let execution = start(&*store, &functions, &row).await?;
        functions.wait_for_end(&execution).await?;
        let saga = find_saga(&*store, &id).await?.ok_or("the trip vanished")?;
        println!("{id}: {} {}", saga.state.name(), saga.reason.unwrap_or_default());
    }
    println!("flights still free: {}", flights.free.lock().expect("nobody panics while booking"));
    Ok(())
}
