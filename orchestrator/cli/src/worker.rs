//! The in-process worker: what the engine and the coordinator ask, the harness does.

use amends_coordinator::SagaWorker;
use amends_engine::driver::{TaskFailure, TaskWorker, WorkerTask};
use amends_harness::Harness;
use amends_saga::{Op, TaskPayload};
use amends_types::{BoxFuture, RunName, SagaId};
use serde_json::Value;
use tracing::Instrument;

/// Runs tasks in this process. The function's name is not looked at: every step is here.
#[derive(Clone)]
pub(crate) struct InProcessWorker {
    harness: Harness,
}

impl InProcessWorker {
    pub(crate) const fn new(harness: Harness) -> Self {
        Self { harness }
    }
}

impl TaskWorker for InProcessWorker {
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let harness = self.harness.clone();
        let span = span_of(&task);
        let done = async move {
            let answer = harness.handle_json(task.payload).await;
            match &answer {
                Ok(_) => tracing::info!("done"),
                // The cause is for the person who looks at the order; it holds no personal data, but may be long.
                Err(error) => tracing::warn!(error = error.kind.name(), "not done"),
            }
            answer.map_err(|error| TaskFailure { error: error.kind.name().to_owned(), cause: error.cause })
        };
        Box::pin(done.instrument(span))
    }
}

/// What every line about an attempt carries: which saga, which step, and the how manieth attempt of its state.
fn span_of(task: &WorkerTask) -> tracing::Span {
    let text = |name: &str| task.payload.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
    let retry = task.payload.get("retry").and_then(Value::as_u64).unwrap_or(0);
    let (saga, step, op) = (text("saga_id"), text("step"), text("op"));
    tracing::info_span!("attempt", saga, step, op, attempt = retry + 1)
}

impl SagaWorker for InProcessWorker {
    fn deliver<'a>(&'a self, saga: &'a SagaId, step: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let delivered = self.harness.deliver(saga, step).await;
            delivered.map(drop).map_err(|error| error.to_string())
        })
    }

    fn settle<'a>(&'a self, saga: &'a SagaId, run: &'a RunName) -> BoxFuture<'a, Result<(), String>> {
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
