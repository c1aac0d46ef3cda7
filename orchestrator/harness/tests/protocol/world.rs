//! A store with one saga in it, its harness, and ways to ask the one and look at the other.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use amends_harness::{Harness, HarnessOptions};
use amends_saga::{Op, TaskError, TaskErrorKind, TaskPayload};
use amends_store::{
    LedgerRow, LedgerStatus, ProductRow, SagaLock, SagaRow, SagaState, Store, StoreError, Tx,
};
use amends_types::{Clock, Money, RunName, SagaId, SplitMix, Timestamp};
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::clock::ManualClock;
use crate::demo_saga::{Controls, SKU, sagas};
use crate::hooked_store::HookedStore;
use crate::provider::{Act, Provider};

pub(crate) type Answer = Result<Value, TaskError>;

/// Everything, and the saga `order-1`, which goes forward.
pub(crate) struct World {
    pub(crate) clock: ManualClock,
    pub(crate) store: Arc<HookedStore>,
    pub(crate) provider: Arc<Provider>,
    pub(crate) controls: Arc<Controls>,
    pub(crate) harness: Harness,
    pub(crate) id: SagaId,
}

/// An attempt under way. Dropping it kills its worker.
pub(crate) struct Running(Pin<Box<dyn Future<Output = Answer>>>);

impl World {
    pub(crate) fn new() -> Self {
        Self::with_saga("demo")
    }

    pub(crate) fn with_saga(name: &'static str) -> Self {
        let clock = ManualClock::default();
        let store = Arc::new(HookedStore::new(Arc::new(clock.clone())));
        let provider = Arc::new(Provider::default());
        let controls = Arc::new(Controls::default());
        let harness = Harness::new(HarnessOptions {
            store: store.clone(),
            clock: Arc::new(clock.clone()),
            entropy: Arc::new(SplitMix::from_seed(1)),
            sagas: sagas(&provider, &controls),
        });
        let id: SagaId = "order-1".parse().unwrap();
        let world = Self { clock, store, provider, controls, harness, id };
        world.add_saga("order-1", name);
        world.change(|tx| tx.insert_product(&stock()).map(drop));
        world
    }

    pub(crate) fn add_saga(&self, id: &str, name: &'static str) {
        let (id, now) = (id.parse().unwrap(), self.clock.now());
        let row = SagaRow::new(id, name, json!({ "name": "goods" }), now, now);
        self.change(move |tx| tx.insert_saga(&row));
    }

    pub(crate) fn begin_as(&self, run: &str, op: Op, step: &str) -> Running {
        let payload = TaskPayload {
            saga_id: self.id.clone(),
            run: run.parse().unwrap(),
            step: step.to_owned(),
            op,
            retry: 0,
        };
        let harness = self.harness.clone();
        Running(Box::pin(async move { harness.handle(payload).await }))
    }

    /// Begins an attempt and lets it come to where its script holds it.
    pub(crate) fn suspend(&self, op: Op, step: &str) -> Running {
        let mut running = self.begin_as("order-1", op, step);
        assert!(running.go_on().is_pending(), "the attempt should be held by a gate");
        running
    }

    pub(crate) fn execute(&self, step: &str) -> Answer {
        self.begin_as("order-1", Op::Execute, step).finish()
    }

    pub(crate) fn compensate(&self, step: &str) -> Answer {
        self.compensate_as("order-1", step)
    }

    pub(crate) fn compensate_as(&self, run: &str, step: &str) -> Answer {
        self.begin_as(run, Op::Compensate, step).finish()
    }

    pub(crate) fn settle(&self) -> Answer {
        self.settle_as("order-1")
    }

    pub(crate) fn settle_as(&self, run: &str) -> Answer {
        self.begin_as(run, Op::Settle, "settle").finish()
    }

    /// What the relay does.
    pub(crate) fn deliver(&self, step: &str) -> Answer {
        let delivered = self.harness.deliver(&self.id, step);
        delivered.now_or_never().expect("nothing is to be waited for")
    }

    /// What the next attempt does.
    pub(crate) fn script(&self, step: &'static str, op: Op, acts: impl IntoIterator<Item = Act>) {
        self.provider.script(step, op, acts);
    }

    /// Executes these steps, each with success.
    pub(crate) fn done<const N: usize>(&self, steps: [&str; N]) {
        for step in steps {
            assert_done(&self.execute(step));
        }
    }

    pub(crate) fn change(&self, work: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static) {
        let store: &dyn Store = &*self.store;
        let changed = store.transact(work).now_or_never();
        changed.expect("the memory store never waits").unwrap();
    }

    pub(crate) fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let store: &dyn Store = &*self.store;
        let read = store.query(work).now_or_never();
        read.expect("the memory store never waits").unwrap()
    }

    pub(crate) fn saga(&self) -> SagaRow {
        let id = self.id.clone();
        self.read(move |tx| tx.saga(&id, SagaLock::None)).unwrap()
    }

    pub(crate) fn state(&self) -> SagaState {
        self.saga().state
    }

    pub(crate) fn find_row(&self, step: &'static str) -> Option<LedgerRow> {
        let id = self.id.clone();
        self.read(move |tx| tx.ledger_row(&id, step))
    }

    pub(crate) fn row(&self, step: &'static str) -> LedgerRow {
        self.find_row(step).unwrap()
    }

    pub(crate) fn status(&self, step: &'static str) -> LedgerStatus {
        self.row(step).status
    }

    pub(crate) fn rows(&self) -> Vec<LedgerRow> {
        let id = self.id.clone();
        self.read(move |tx| tx.ledger_rows(&id))
    }

    pub(crate) fn change_saga(&self, change: impl Fn(&mut SagaRow, Timestamp) + Send + 'static) {
        let id = self.id.clone();
        self.change(move |tx| {
            let mut saga = tx.saga(&id, SagaLock::Update)?.unwrap();
            change(&mut saga, tx.now());
            tx.update_saga(&saga)
        });
    }

    /// What a cancel does: the saga stops going forward, and nobody unwinds it yet.
    pub(crate) fn cancel(&self) {
        self.change_saga(|saga, now| {
            assert!(saga.begin_unwinding(Some("cancelled by the customer".into()), now));
        });
    }

    /// What the sweeper does: names `run` as the unwinder.
    pub(crate) fn take_over(&self, run: &'static str) {
        self.change_saga(move |saga, now| {
            saga.begin_unwinding(Some("its execution ended".into()), now);
            saga.unwinder = Some(run.parse::<RunName>().unwrap());
        });
    }

    pub(crate) fn free_stock(&self) -> u64 {
        self.read(|tx| tx.product(SKU)).unwrap().free
    }
}

impl Running {
    /// Runs until the attempt ends or must wait.
    pub(crate) fn go_on(&mut self) -> Poll<Answer> {
        self.0.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    /// Runs to the end, without waiting.
    #[track_caller]
    pub(crate) fn finish(mut self) -> Answer {
        match self.go_on() {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("the attempt waits"),
        }
    }
}

fn stock() -> ProductRow {
    ProductRow {
        sku: SKU.into(),
        name: "Widget".into(),
        price: Money::zero("USD".parse().unwrap()),
        stocked: 1,
        free: 1,
        pruned: 0,
    }
}

#[track_caller]
pub(crate) fn assert_done(answer: &Answer) {
    assert_eq!(answer.as_ref().unwrap()["status"], "done");
}

#[track_caller]
pub(crate) fn assert_undone(answer: &Answer) {
    let status = &answer.as_ref().unwrap()["status"];
    assert!(status == "undone" || status == "nothing to undo", "{status}");
}

/// Checks the error's name; answers its cause.
#[track_caller]
pub(crate) fn assert_error(answer: Answer, kind: TaskErrorKind) -> String {
    let error = answer.unwrap_err();
    assert_eq!(error.kind, kind, "{}", error.cause);
    error.cause
}
