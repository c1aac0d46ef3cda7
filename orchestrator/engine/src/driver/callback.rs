//! What workers say with a task token.

use serde_json::Value;

use crate::driver::CallbackError;
use crate::driver::TaskFailure;
use crate::driver::command::Key;
use crate::driver::core::Core;
use crate::driver::worker;
use crate::interp::{Input, TaskToken};

/// How a task goes, or went.
#[derive(Debug)]
pub(super) enum Callback {
    Succeeded(Value),
    Failed(TaskFailure),
    Heartbeat,
}

impl Core {
    /// Lets it happen, if the token's task is awaited.
    pub(super) fn call_back(&mut self, token: &TaskToken, callback: Callback) -> Result<(), CallbackError> {
        let (task, secret) = (token.task, token.secret);
        let key = key_of(&token.execution_arn).ok_or(CallbackError::InvalidToken)?;
        let Some(number) = self.names.get(&key).copied() else { return Err(CallbackError::TaskTimedOut) };
        let Some(live) = self.open.get(&number) else { return Err(CallbackError::TaskTimedOut) };
        match live.execution.secret_of(task) {
            Some(expected) if expected == secret => {}
            Some(_) => return Err(CallbackError::InvalidToken),
            None => return Err(CallbackError::TaskTimedOut),
        }
        let input = match callback {
            Callback::Succeeded(output) => Input::TaskSucceeded { task, output },
            Callback::Failed(failure) => {
                let TaskFailure { error, cause } = worker::cut(failure);
                Input::TaskFailed { task, error, cause }
            }
            Callback::Heartbeat => Input::TaskHeartbeat { task },
        };
        self.happen(number, input);
        Ok(())
    }
}

/// The names in an execution's ARN: `arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME`.
fn key_of(arn: &str) -> Option<Key> {
    let mut parts = arn.splitn(8, ':').skip(6);
    Some(Key::new(parts.next()?, parts.next()?))
}
