//! One step as a function: a task in, a short summary or an error by its name out.

use lambda_runtime::Diagnostic;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::parts::{OpenError, Parts};
use crate::settings::Settings;

/// The function of a step.
pub(crate) struct StepFunction {
    settings: Settings,
    parts: OnceCell<Parts>,
}

impl StepFunction {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, parts: OnceCell::new() }
    }

    /// Opens what the step works with, unless that was done before.
    ///
    /// # Errors
    /// [`OpenError`].
    pub(crate) async fn open(&self) -> Result<&Parts, OpenError> {
        self.parts.get_or_try_init(|| Parts::open(&self.settings)).await
    }

    /// Does a task.
    ///
    /// # Errors
    /// The error that the state machine matches, by its name.
    pub(crate) async fn handle(&self, task: Value) -> Result<Value, Diagnostic> {
        let step = &self.settings.step;
        if task.get("step").and_then(Value::as_str) != Some(step) {
            return Err(diagnostic(
                "Saga.Bug",
                format!("this function does the tasks of {step} and no others"),
            ));
        }
        let parts = self.open().await;
        // Nothing was begun.
        let parts = parts.map_err(|error| diagnostic("Saga.Transient", error.to_string()))?;
        let done = parts.harness.handle_json(task).await;
        done.map_err(|error| diagnostic(error.kind.name(), error.cause))
    }
}

fn diagnostic(error: &str, message: String) -> Diagnostic {
    Diagnostic { error_type: error.to_owned(), error_message: message }
}
