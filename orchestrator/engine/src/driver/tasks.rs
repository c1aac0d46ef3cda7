//! What workers outside ask of the engine, and tell it: activities and task tokens.

use serde_json::Value;
use tokio::sync::oneshot;

use crate::driver::activities::Poll;
use crate::driver::callback::Callback;
use crate::driver::command::Command;
use crate::driver::engine::{Engine, MAX_INPUT_DEPTH};
use crate::driver::{ActivityTask, CallbackError, TaskFailure};
use crate::interp::{MAX_DATA_BYTES, is_deeper_than, is_longer_than};

impl Engine {
    /// Waits for a task of an activity; `None` once the engine has ended. Whoever waits no longer just drops the future.
    pub async fn poll_activity(&self, arn: &str, worker: Option<String>) -> Option<ActivityTask> {
        let (reply, answer) = oneshot::channel();
        let poll = Poll { worker, reply };
        self.inner.commands.send(Command::PollActivity { arn: arn.into(), poll }).await.ok()?;
        answer.await.ok()
    }

    /// The task with that token is done; answered once that is durable.
    ///
    /// # Errors
    /// [`CallbackError`]; then nothing has changed.
    pub async fn task_succeeded(&self, token: &str, output: Value) -> Result<(), CallbackError> {
        if is_deeper_than(MAX_INPUT_DEPTH, &output) || is_longer_than(MAX_DATA_BYTES, &output) {
            return Err(CallbackError::InvalidOutput);
        }
        self.call_back(token, Callback::Succeeded(output)).await
    }

    /// The task with that token failed; answered once that is durable.
    ///
    /// # Errors
    /// [`CallbackError`]; then nothing has changed.
    pub async fn task_failed(&self, token: &str, failure: TaskFailure) -> Result<(), CallbackError> {
        self.call_back(token, Callback::Failed(failure)).await
    }

    /// The task with that token is still being done.
    ///
    /// # Errors
    /// [`CallbackError`]; then nothing has changed.
    pub async fn task_heartbeat(&self, token: &str) -> Result<(), CallbackError> {
        self.call_back(token, Callback::Heartbeat).await
    }

    async fn call_back(&self, token: &str, callback: Callback) -> Result<(), CallbackError> {
        let token = token.parse().map_err(|_| CallbackError::InvalidToken)?;
        let answer = self.ask(|reply| Command::CallBack { token, callback, reply }).await;
        answer.ok_or(CallbackError::Closed)?
    }
}
