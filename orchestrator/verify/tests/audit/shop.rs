//! The order saga on stores and books in memory, its engine simulated.

use std::sync::Arc;
use std::time::Duration;

use amends_adapters::ProviderKind;
use amends_adapters::books::{Books, EffectKind, MemoryBooks, NewEntry};
use amends_adapters::inventory::SandboxInventory;
use amends_adapters::notification::SandboxNotification;
use amends_adapters::payment::SandboxPayment;
use amends_adapters::sandbox;
use amends_coordinator::{
    EmbeddedStepFunctions, Execution, NewOrder, Placing, SagaKind, SagaWorker, StepFunctions, Swept,
    deliver_owed, place, relay, sweep,
};
use amends_engine::clock::{Simulation, VirtualClock};
use amends_engine::driver::{Engine, EngineOptions, TaskFailure, TaskWorker, WorkerTask};
use amends_engine::journal::{DirectoryId, MemoryArchive, MemoryStorage};
use amends_harness::{Harness, HarnessOptions};
use amends_saga::{Op, SagaDefinition, TaskPayload};
use amends_store::{MemoryStore, ProductRow, Store, StoreError, Tx};
use amends_types::{
    BoxFuture, Clock, DeploymentId, IdempotencyKey, Money, RunName, SagaId, Sha256Hex, SplitMix, Timestamp,
};
use amends_verify::{Report, Violation, audit};
use amends_workers::{OrderSagaParts, order_saga};
use serde_json::{Value, json};

pub(crate) struct Shop {
    pub(crate) simulation: Simulation,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) books: Arc<MemoryBooks>,
    pub(crate) definition: SagaDefinition,
    pub(crate) kind: SagaKind,
    functions: EmbeddedStepFunctions,
    worker: Worker,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let start = Timestamp::from_micros(1_700_000_000_000_000);
        let simulation = Simulation::new(VirtualClock::starting_at(start));
        let clock: Arc<dyn Clock> = Arc::new(simulation.clock().clone());
        let store = Arc::new(MemoryStore::new(clock.clone(), DeploymentId::fixed(1)));
        let books = Arc::new(MemoryBooks::new());
        let saga = order_saga(OrderSagaParts {
            payment: Arc::new(SandboxPayment::new(books.clone(), clock.clone())),
            notification: Arc::new(SandboxNotification::new(books.clone(), clock.clone())),
            inventory: Arc::new(SandboxInventory::new(books.clone(), clock.clone())),
            store: store.clone(),
        });
        let definition = saga.definition().clone();
        let entropy = Arc::new(SplitMix::from_seed(1));
        let harness =
            Harness::new(HarnessOptions { store: store.clone(), clock, entropy, sagas: vec![saga] });
        let worker = Worker(harness);
        let options = EngineOptions {
            entropy: Arc::new(SplitMix::from_seed(2)),
            ..EngineOptions::new(DirectoryId([7; 16]), Arc::new(worker.clone()))
        };
        let (storage, archive) = (Arc::new(MemoryStorage::new()), Arc::new(MemoryArchive::new()));
        let engine = Engine::simulate(&simulation, storage, archive, options).unwrap();
        engine.register_machine(definition.name(), &definition.forward_machine()).unwrap();
        engine.register_machine(&definition.unwind_name(), &definition.unwind_machine()).unwrap();
        let kind = SagaKind {
            name: definition.name().to_owned(),
            unwind_name: definition.unwind_name(),
            time_limit: Duration::from_secs(definition.deadline_seconds()),
        };
        let functions = EmbeddedStepFunctions::new(engine);
        Self { simulation, store, books, definition, kind, functions, worker }
    }

    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        self.simulation.run(future).expect("something can happen until the future is complete")
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    pub(crate) fn change(&self, work: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static) {
        self.run(self.store().transact(work)).unwrap();
    }

    pub(crate) fn stock(&self, sku: &str, price_minor: i64, stocked: u64, free: u64) {
        let price = Money { minor: price_minor, currency: "USD".parse().unwrap() };
        let row = ProductRow { sku: sku.into(), name: sku.into(), price, stocked, free, pruned: 0 };
        self.change(move |tx| tx.insert_product(&row).map(drop));
    }

    pub(crate) fn place(&self, order: &Value) {
        let order = NewOrder::from_json(order.to_string().as_bytes()).unwrap();
        self.run(place(self.store(), &self.kind, order, Placing::default())).unwrap();
    }

    pub(crate) fn relay(&self) -> Vec<Execution> {
        self.run(relay(self.store(), &self.functions)).unwrap().started
    }

    pub(crate) fn sweep(&self) -> Swept {
        let clock = self.simulation.clock();
        self.run(sweep(self.store(), &self.functions, &self.worker, clock, &self.kind)).unwrap()
    }

    pub(crate) fn stop(&self, execution: &Execution) {
        self.run(self.functions.stop(execution, "stopped by a person")).unwrap();
    }

    pub(crate) fn pass(&self, duration: Duration) {
        self.run(self.simulation.clock().sleep(duration));
    }

    /// Delivers what is owed, and lets arrive what is still on its way to a provider.
    pub(crate) fn come_to_rest(&self) {
        self.pass(Duration::from_secs(60));
        let now = self.simulation.clock().now();
        self.run(sandbox::settle(&*self.books, now)).unwrap();
        let patience = Duration::from_secs(60);
        self.run(deliver_owed(self.store(), &self.worker, self.simulation.clock(), patience)).unwrap();
    }

    pub(crate) fn audit(&self) -> Report {
        let definitions = [self.definition.clone()];
        self.run(audit(self.store(), &*self.books, &definitions)).unwrap()
    }

    /// Enters into the books what nobody asked for.
    pub(crate) fn enter(&self, references: Vec<String>, effect: EffectKind) {
        let at = self.simulation.clock().now();
        let work = move |page: &mut dyn amends_adapters::books::Page| {
            references.iter().try_for_each(|reference| page.append(entry(at, reference, effect)).map(drop))
        };
        self.run(self.books.run(Box::new(work))).unwrap();
    }
}

fn entry(at: Timestamp, reference: &str, effect: EffectKind) -> NewEntry {
    let key =
        IdempotencyKey::derive(DeploymentId::fixed(1), &"any".parse().unwrap(), reference, effect.as_str());
    NewEntry {
        at,
        provider: ProviderKind::Inventory,
        reference: reference.to_owned(),
        effect,
        key,
        body_sha256: Sha256Hex::of(b"body"),
        object: "object".into(),
        amount: None,
        scenario: None,
    }
}

pub(crate) fn order(id: &str, sku: &str, payment_method: &str, domain: &str) -> Value {
    json!({
        "order_id": id,
        "customer": { "id": "c-1", "email": format!("ada@{domain}") },
        "currency": "USD",
        "lines": [{ "sku": sku, "quantity": 1 }],
        "payment_method": payment_method,
    })
}

/// The violations of all invariants, each as `S1 o: what`.
pub(crate) fn violations(report: &Report) -> Vec<String> {
    let told = |id, Violation { of, what }: &Violation| format!("{id} {of}: {what}");
    let invariants = report.invariants.iter();
    invariants.flat_map(|invariant| invariant.first.iter().map(|one| told(invariant.id, one))).collect()
}

#[derive(Clone)]
struct Worker(Harness);

impl TaskWorker for Worker {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let harness = self.0.clone();
        Box::pin(async move {
            let answer = harness.handle_json(task.payload).await;
            answer.map_err(|error| TaskFailure { error: error.kind.name().to_owned(), cause: error.cause })
        })
    }
}

impl SagaWorker for Worker {
    fn deliver<'a>(&'a self, saga: &'a SagaId, step: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { self.0.deliver(saga, step).await.map(drop).map_err(|error| error.to_string()) })
    }

    fn settle<'a>(&'a self, saga: &'a SagaId, run: &'a RunName) -> BoxFuture<'a, Result<(), String>> {
        let step = Op::Settle.name().to_owned();
        let payload = TaskPayload { saga_id: saga.clone(), run: run.clone(), step, op: Op::Settle, retry: 0 };
        Box::pin(async move { self.0.handle(payload).await.map(drop).map_err(|error| error.to_string()) })
    }
}
