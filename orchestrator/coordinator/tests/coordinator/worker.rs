//! The worker: the harness, behind a wire on which requests and replies are lost.

use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::sync::{Arc, Mutex};

use amends_coordinator::SagaWorker;
use amends_engine::driver::{TaskFailure, TaskWorker, WorkerTask};
use amends_harness::Harness;
use amends_saga::{Op, TaskPayload};
use amends_types::{BoxFuture, RunName, SagaId};
use serde_json::Value;

/// What is lost of one task. Whoever asked waits for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    Request,
    Reply,
}

type Losses = HashMap<(String, Op), VecDeque<Lost>>;

#[derive(Clone)]
pub(crate) struct Worker {
    harness: Harness,
    losses: Arc<Mutex<Losses>>,
    settled: Arc<Mutex<Vec<(SagaId, RunName)>>>,
}

impl Worker {
    pub(crate) fn of(harness: Harness) -> Self {
        Self { harness, losses: Arc::default(), settled: Arc::default() }
    }

    /// What is lost of the next tasks.
    pub(crate) fn lose(&self, step: &str, op: Op, losses: impl IntoIterator<Item = Lost>) {
        self.losses.lock().unwrap().insert((step.to_owned(), op), losses.into_iter().collect());
    }

    /// Which sagas the coordinator asked to settle, and as which run.
    pub(crate) fn settled(&self) -> Vec<(SagaId, RunName)> {
        self.settled.lock().unwrap().clone()
    }
}

impl TaskWorker for Worker {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let worker = self.clone();
        Box::pin(async move {
            let payload: TaskPayload = serde_json::from_value(task.payload).unwrap();
            let key = (payload.step.clone(), payload.op);
            let lost = worker.losses.lock().unwrap().get_mut(&key).and_then(VecDeque::pop_front);
            if lost == Some(Lost::Request) {
                return pending().await;
            }
            let answer = worker.harness.handle(payload).await;
            if lost == Some(Lost::Reply) {
                return pending().await;
            }
            answer.map_err(|error| TaskFailure { error: error.kind.name().to_owned(), cause: error.cause })
        })
    }
}

impl SagaWorker for Worker {
    fn deliver<'a>(&'a self, saga: &'a SagaId, step: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let delivered = self.harness.deliver(saga, step).await;
            delivered.map(drop).map_err(|error| error.to_string())
        })
    }

    fn settle<'a>(&'a self, saga: &'a SagaId, run: &'a RunName) -> BoxFuture<'a, Result<(), String>> {
        self.settled.lock().unwrap().push((saga.clone(), run.clone()));
        let payload = TaskPayload {
            saga_id: saga.clone(),
            run: run.clone(),
            step: Op::Settle.name().to_owned(),
            op: Op::Settle,
            retry: 0,
        };
        Box::pin(async move {
            let settled = self.harness.handle(payload).await;
            settled.map(drop).map_err(|error| error.to_string())
        })
    }
}
