//! A store, an engine with its worker and a provider, in one thread under a virtual clock.

use std::sync::Arc;
use std::time::Duration;

use amends_coordinator::{
    Delivery, EmbeddedStepFunctions, Execution, NewOrder, PlaceError, Placed, Placing, Relayed, SagaKind,
    SagaWorker, StepFunctions, Swept, deliver_owed, place, relay, sweep,
};
use amends_engine::clock::{Simulation, VirtualClock};
use amends_engine::driver::{Engine, EngineOptions, ExecutionDescription};
use amends_engine::journal::{DirectoryId, MemoryArchive, MemoryStorage};
use amends_harness::{Harness, HarnessOptions};
use amends_saga::SagaDefinition;
use amends_store::{
    LedgerRow, LedgerStatus, MemoryStore, ProductRow, SagaLock, SagaRow, SagaState, Store, StoreError, Tx,
};
use amends_types::{Clock, DeploymentId, Money, SagaId, SplitMix, Timestamp};
use serde_json::{Value, json};

use crate::provider::Provider;
use crate::trip_saga::trip_saga;
use crate::wire::Wire;
use crate::worker::Worker;

/// 2023-11-14T22:13:20Z.
const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

pub(crate) struct World {
    pub(crate) simulation: Simulation,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) provider: Arc<Provider>,
    pub(crate) worker: Worker,
    pub(crate) wire: Wire,
    pub(crate) definition: SagaDefinition,
    pub(crate) kind: SagaKind,
}

impl World {
    pub(crate) fn new() -> Self {
        let simulation = Simulation::new(VirtualClock::starting_at(START));
        let clock: Arc<dyn Clock> = Arc::new(simulation.clock().clone());
        let store = Arc::new(MemoryStore::new(clock.clone(), DeploymentId::fixed(1)));
        let provider = Arc::new(Provider::default());
        let saga = trip_saga(&provider);
        let definition = saga.definition().clone();
        let harness = Harness::new(HarnessOptions {
            store: store.clone(),
            clock,
            entropy: Arc::new(SplitMix::from_seed(1)),
            sagas: vec![saga],
        });
        let worker = Worker::of(harness);
        let wire = Wire::to(step_functions(&simulation, &worker, &definition));
        let kind = SagaKind {
            name: definition.name().to_owned(),
            unwind_name: definition.unwind_name(),
            time_limit: Duration::from_secs(definition.deadline_seconds()),
        };
        let world = Self { simulation, store, provider, worker, wire, definition, kind };
        world.add_product("book", 1999);
        world
    }

    /// Sagas placed from now on have this much time.
    pub(crate) fn with_time_limit(seconds: u64) -> Self {
        let mut world = Self::new();
        world.kind.time_limit = Duration::from_secs(seconds);
        world
    }

    /// Step Functions that have forgotten every execution, with the same workers and the same store.
    pub(crate) fn amnesia(&mut self) {
        self.run(self.wire.functions().engine().shutdown());
        self.wire = Wire::to(step_functions(&self.simulation, &self.worker, &self.definition));
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Runs to the end of the future; panics when nothing can happen any more.
    #[track_caller]
    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        self.simulation.run(future).expect("something can happen until the future is complete")
    }

    /// Lets happen what needs no time.
    pub(crate) fn settle(&self) {
        self.simulation.settle();
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.run(self.simulation.clock().sleep(Duration::from_secs(seconds)));
    }

    pub(crate) fn add_product(&self, sku: &str, price_minor: i64) {
        let price = Money { minor: price_minor, currency: "USD".parse().unwrap() };
        let row = ProductRow { sku: sku.into(), name: sku.into(), price, stocked: 9, free: 9, pruned: 0 };
        self.change(move |tx| tx.insert_product(&row).map(drop));
    }

    pub(crate) fn try_place(&self, order: &Value) -> Result<Placed, PlaceError> {
        let order = NewOrder::from_json(order.to_string().as_bytes()).unwrap();
        self.run(place(self.store(), &self.kind, order, Placing::default()))
    }

    /// Places a new order.
    #[track_caller]
    pub(crate) fn place(&self, id: &str) {
        assert!(matches!(self.try_place(&order(id)), Ok(Placed::New(_))), "the order is new");
    }

    /// Places an order and starts its execution.
    #[track_caller]
    pub(crate) fn begin(&self, id: &str) {
        self.place(id);
        assert_eq!(self.relay().started, [forward(id)]);
        self.settle();
    }

    #[track_caller]
    pub(crate) fn relay(&self) -> Relayed {
        self.run(relay(self.store(), &self.wire)).unwrap()
    }

    #[track_caller]
    pub(crate) fn sweep(&self) -> Swept {
        self.sweep_by(&self.worker)
    }

    /// One pass of the sweeper, with a worker of one's own.
    #[track_caller]
    pub(crate) fn sweep_by(&self, worker: &dyn SagaWorker) -> Swept {
        self.run(sweep(self.store(), &self.wire, worker, self.simulation.clock(), &self.kind)).unwrap()
    }

    pub(crate) fn deliver_owed(&self) -> Delivery {
        self.deliver_owed_by(&self.worker)
    }

    /// One pass over what is owed, by a worker of one's own.
    pub(crate) fn deliver_owed_by(&self, worker: &dyn SagaWorker) -> Delivery {
        let patience = Duration::from_secs(60);
        self.run(deliver_owed(self.store(), worker, self.simulation.clock(), patience)).unwrap()
    }

    /// What a person does in the console.
    pub(crate) fn stop(&self, execution: &Execution) {
        self.run(self.wire.stop(execution, "stopped by a person")).unwrap();
    }

    #[track_caller]
    pub(crate) fn wait_for_end(&self, execution: &Execution) -> ExecutionDescription {
        self.run(self.wire.wait_for_end(execution)).unwrap();
        self.describe(execution).expect("the execution was started")
    }

    pub(crate) fn describe(&self, execution: &Execution) -> Option<ExecutionDescription> {
        let engine = self.wire.functions().engine();
        self.run(engine.describe(&execution.machine, execution.run.as_str())).unwrap()
    }

    pub(crate) fn change(&self, work: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static) {
        self.run(self.store().transact(work)).unwrap();
    }

    pub(crate) fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.run(self.store().query(work)).unwrap()
    }

    pub(crate) fn saga(&self, id: &str) -> SagaRow {
        let id = saga_id(id);
        self.read(move |tx| tx.saga(&id, SagaLock::None)).unwrap()
    }

    pub(crate) fn state(&self, id: &str) -> SagaState {
        self.saga(id).state
    }

    pub(crate) fn rows(&self, id: &str) -> Vec<LedgerRow> {
        let id = saga_id(id);
        self.read(move |tx| tx.ledger_rows(&id))
    }

    pub(crate) fn statuses(&self, id: &str) -> Vec<LedgerStatus> {
        self.rows(id).iter().map(|row| row.status).collect()
    }

    /// The executions that wait in the outbox.
    pub(crate) fn outbox(&self) -> Vec<Execution> {
        let rows = self.read(|tx| tx.outbox(usize::MAX));
        rows.into_iter().map(|row| Execution { machine: row.machine, run: row.run }).collect()
    }
}

fn step_functions(
    simulation: &Simulation,
    worker: &Worker,
    definition: &SagaDefinition,
) -> EmbeddedStepFunctions {
    let options = EngineOptions {
        entropy: Arc::new(SplitMix::from_seed(2)),
        ..EngineOptions::new(DirectoryId([7; 16]), Arc::new(worker.clone()))
    };
    let (storage, archive) = (Arc::new(MemoryStorage::new()), Arc::new(MemoryArchive::new()));
    let engine = Engine::simulate(simulation, storage, archive, options).unwrap();
    engine.register_machine(definition.name(), &definition.forward_machine()).unwrap();
    engine.register_machine(&definition.unwind_name(), &definition.unwind_machine()).unwrap();
    EmbeddedStepFunctions::new(engine)
}

pub(crate) fn saga_id(id: &str) -> SagaId {
    id.parse().unwrap()
}

/// An order that is accepted.
pub(crate) fn order(id: &str) -> Value {
    json!({
        "order_id": id,
        "customer": { "id": "c-1", "email": "ada@example.com" },
        "currency": "USD",
        "lines": [{ "sku": "book", "quantity": 2 }],
        "payment_method": "pm_card_visa",
    })
}

/// A saga's first execution.
pub(crate) fn forward(id: &str) -> Execution {
    Execution { machine: "trip".into(), run: id.parse().unwrap() }
}

/// The execution of the unwind machine of this number.
pub(crate) fn unwind(id: &str, number: u32) -> Execution {
    Execution { machine: "unwind_trip".into(), run: saga_id(id).unwind_run(number) }
}
