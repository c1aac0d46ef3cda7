//! Calls of services other than Lambda: what a worker is handed, and how it says that something has begun.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use amends_asl::Pattern;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::driver::TaskFailure;
use crate::driver::command::Command;
use crate::interp::TaskId;

/// A call of a service, for a Task state such as `arn:aws:states:::sqs:sendMessage.waitForTaskToken`.
#[derive(Debug)]
pub struct ServiceCall {
    /// The ARN of the execution that waits for it.
    pub execution_arn: Arc<str>,
    /// As history events name it: `sqs`, `states`, `aws-sdk:dynamodb`.
    pub service: Arc<str>,
    /// As history events name it: `sendMessage.waitForTaskToken`, `startExecution.sync:2`.
    pub action: Arc<str>,
    /// When the task goes on.
    pub pattern: Pattern,
    /// The effective parameters.
    pub parameters: Value,
    /// Chance that is the same when the same attempt is called again, for names and keys that make a call idempotent.
    pub seed: u64,
    /// Of `.sync`: how to say that what was asked for has begun.
    pub submission: Submission,
    /// Resolves when nobody waits for the answer any more.
    pub abandoned: Abandoned,
}

impl ServiceCall {
    /// What a task is told whose service nobody here can call.
    pub fn not_supported(&self) -> TaskFailure {
        let Self { service, action, .. } = self;
        TaskFailure {
            error: "Amends.IntegrationNotSupported".to_owned(),
            cause: format!("this engine cannot call arn:aws:states:::{service}:{action} yet"),
        }
    }
}

/// How a worker says that what was asked for has begun, and that it now waits for its end.
#[derive(Debug)]
pub struct Submission {
    pub(super) inbox: mpsc::WeakSender<Command>,
    pub(super) execution: u64,
    pub(super) task: TaskId,
    pub(super) is_reported: Arc<AtomicBool>,
}

impl Submission {
    /// Says so, with the service's answer. From now on the call takes no room among the tasks at work.
    pub async fn report(&self, output: Value) {
        if self.is_reported.swap(true, Ordering::AcqRel) {
            return;
        }
        let (execution, task) = (self.execution, self.task);
        // No inbox: the engine has ended, and the next one asks again.
        if let Some(inbox) = self.inbox.upgrade() {
            drop(inbox.send(Command::TaskSubmitted { execution, task, output }).await);
        }
    }
}

/// Resolves when nobody waits for a call's answer any more.
#[derive(Debug)]
pub struct Abandoned(pub(super) oneshot::Receiver<()>);

impl Abandoned {
    /// Whether that is so already.
    pub fn is_already(&mut self) -> bool {
        self.0.try_recv().is_ok()
    }

    /// Waits for that. Never resolves once the call has been answered, or the engine has ended.
    pub async fn wait(&mut self) {
        if (&mut self.0).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
