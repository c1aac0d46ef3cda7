//! Workers: who does the tasks.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use amends_types::BoxFuture;
use serde_json::Value;

use crate::driver::ServiceCall;
use crate::interp::{Invocation, LambdaCall, is_deeper_than, is_longer_than};

/// The most bytes of a worker's answer, as Lambda has it: 6 MiB.
const MAX_OUTPUT_BYTES: usize = 6 * 1024 * 1024;

/// The deepest nesting of a worker's answer. The journal's JSON reader stops at 128.
const MAX_OUTPUT_DEPTH: usize = 100;

/// The most characters of an error's name and of its cause, as SendTaskFailure and StopExecution have them.
const MAX_ERROR_CHARS: usize = 256;
const MAX_CAUSE_CHARS: usize = 32_768;

/// A task for a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerTask {
    /// The name of the execution that waits for it.
    pub execution: Arc<str>,
    /// The function's name, with its qualifier if it has one, or its ARN.
    pub function: String,
    /// What the function is handed.
    pub payload: Value,
}

/// How a worker failed. Of the error 256 characters count, of the cause 32,768.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFailure {
    /// The error name, such as `Saga.Transient`, which retriers and catchers match.
    pub error: String,
    /// What a person should know.
    pub cause: String,
}

/// Who does the tasks.
pub trait TaskWorker: Send + Sync + 'static {
    /// Does a task. It may be asked the same again: on retries, and when the engine ended before the answer was
    /// durable. The future is not dropped when the task's time limit has passed; a late answer is ignored. A panic is
    /// a failure with the error name `Runtime.Panic`.
    ///
    /// # Behaviour
    /// - A worker that fails or panics fails its execution only.
    /// - A task that never answers times out.
    fn invoke(&self, task: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>>;

    /// Calls a service other than Lambda. By default there is none, and every call fails.
    ///
    /// - The same attempt may be called again, as with [`TaskWorker::invoke`]; [`ServiceCall::seed`] is then the same.
    /// - With [`Pattern::WaitForTaskToken`](amends_asl::Pattern), the answer is the service's; the task then waits for
    ///   its token.
    /// - With [`Pattern::Sync`](amends_asl::Pattern), what was asked for is begun, reported by
    ///   [`Submission::report`](super::Submission::report), and awaited.
    fn call(&self, call: ServiceCall) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        Box::pin(async move { Err(call.not_supported()) })
    }

    /// Whether there is an activity with that ARN. By default there is every one.
    fn has_activity(&self, _arn: &str) -> bool {
        true
    }
}

/// Calls the worker; whatever happens, there is an answer that the journal can hold.
pub(super) async fn call(
    worker: Arc<dyn TaskWorker>,
    execution: Arc<str>,
    invocation: Invocation,
) -> Result<Value, TaskFailure> {
    let call = LambdaCall::from_invocation(invocation)
        .map_err(|refused| TaskFailure { error: refused.error, cause: refused.cause })?;
    let task = WorkerTask { execution, function: call.function, payload: call.event };
    guarded(|| worker.invoke(task)).await
}

/// As [`call`], of a service.
pub(super) async fn call_service(
    worker: Arc<dyn TaskWorker>,
    call: ServiceCall,
) -> Result<Value, TaskFailure> {
    guarded(|| worker.call(call)).await
}

async fn guarded(
    invoke: impl FnOnce() -> BoxFuture<'static, Result<Value, TaskFailure>>,
) -> Result<Value, TaskFailure> {
    let invoked = catch_unwind(AssertUnwindSafe(invoke)).map_err(|_| panicked())?;
    let output = Unpanicked(invoked).await.map_err(cut)?;
    check(&output)?;
    Ok(output)
}

/// A cause of any length would not pass between states: its error could be caught, and end the execution all the same.
pub(super) fn cut(mut failure: TaskFailure) -> TaskFailure {
    for (text, most) in [(&mut failure.error, MAX_ERROR_CHARS), (&mut failure.cause, MAX_CAUSE_CHARS)] {
        if let Some((end, _)) = text.char_indices().nth(most) {
            text.truncate(end);
        }
    }
    failure
}

/// The future, with a panic as its failure.
struct Unpanicked(BoxFuture<'static, Result<Value, TaskFailure>>);

impl Future for Unpanicked {
    type Output = Result<Value, TaskFailure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(panicked())))
    }
}

/// What a panic says stays on stderr, where the panic hook puts it: it may quote data.
fn panicked() -> TaskFailure {
    TaskFailure { error: "Runtime.Panic".to_owned(), cause: "the worker panicked".to_owned() }
}

fn check(output: &Value) -> Result<(), TaskFailure> {
    if !is_deeper_than(MAX_OUTPUT_DEPTH, output) && !is_longer_than(MAX_OUTPUT_BYTES, output) {
        return Ok(());
    }
    Err(TaskFailure {
        error: "Function.ResponseSizeTooLarge".to_owned(),
        cause: format!(
            "the worker's answer is longer than {MAX_OUTPUT_BYTES} bytes or nested deeper than {MAX_OUTPUT_DEPTH}"
        ),
    })
}
