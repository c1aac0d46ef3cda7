//! Step Functions in the same process.

use amends_engine::driver::{Engine, ExecutionDescription, StartError, StopError};
use amends_engine::journal::Status;
use amends_types::EngineId;
use async_trait::async_trait;
use serde_json::Value;

use crate::{Execution, ExecutionStatus, Started, StepFunctions, StepFunctionsError};

/// The embedded engine as Step Functions. Clones are handles to the same.
#[derive(Clone)]
pub struct EmbeddedStepFunctions {
    engine: Engine,
    id: Option<EngineId>,
}

impl EmbeddedStepFunctions {
    /// Executions run in this engine, the only one of its store.
    pub const fn new(engine: Engine) -> Self {
        Self { engine, id: None }
    }

    /// Executions run in this engine, one of several that share a store.
    pub const fn one_of_several(engine: Engine, id: EngineId) -> Self {
        Self { engine, id: Some(id) }
    }

    /// The engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// StartExecution said that the name is taken: by an equal execution, or by another.
    async fn compare(&self, execution: &Execution, input: &Value) -> Result<Started, StepFunctionsError> {
        let there = self.find(execution).await?;
        let there = there.ok_or_else(|| unavailable("the execution vanished"))?;
        if there.input != *input {
            return Err(StepFunctionsError::OtherInput(execution.run.clone()));
        }
        Ok(match status(&there) {
            ExecutionStatus::Running => Started::Running,
            ExecutionStatus::Ended => Started::EndedBefore,
        })
    }

    async fn find(&self, execution: &Execution) -> Result<Option<ExecutionDescription>, StepFunctionsError> {
        self.engine.describe(&execution.machine, execution.run.as_str()).await.map_err(unavailable)
    }
}

fn unavailable(error: impl std::fmt::Display) -> StepFunctionsError {
    StepFunctionsError::Unavailable(error.to_string())
}

fn status(description: &ExecutionDescription) -> ExecutionStatus {
    match description.status {
        Status::Running => ExecutionStatus::Running,
        Status::Succeeded | Status::Failed | Status::TimedOut | Status::Aborted => ExecutionStatus::Ended,
    }
}

#[async_trait]
impl StepFunctions for EmbeddedStepFunctions {
    fn engine_id(&self) -> Option<EngineId> {
        self.id
    }

    fn is_shared(&self) -> bool {
        false
    }

    async fn start(&self, execution: &Execution, input: &str) -> Result<Started, StepFunctionsError> {
        let input: Value = serde_json::from_str(input).map_err(unavailable)?;
        let started = self.engine.start(&execution.machine, execution.run.as_str(), input.clone()).await;
        match started {
            Ok(_) => Ok(Started::Running),
            Err(StartError::AlreadyExists(_)) => self.compare(execution, &input).await,
            Err(StartError::NoSuchMachine(machine)) => Err(StepFunctionsError::NoSuchMachine(machine)),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn describe(&self, execution: &Execution) -> Result<Option<ExecutionStatus>, StepFunctionsError> {
        Ok(self.find(execution).await?.as_ref().map(status))
    }

    async fn stop(&self, execution: &Execution, cause: &str) -> Result<(), StepFunctionsError> {
        let error = Some("Saga.Swept".to_owned());
        let run = execution.run.as_str();
        match self.engine.stop(&execution.machine, run, error, Some(cause.to_owned())).await {
            Ok(_) | Err(StopError::NotRunning(_)) => Ok(()),
            Err(error @ StopError::Closed) => Err(unavailable(error)),
        }
    }

    async fn wait_for_end(&self, execution: &Execution) -> Result<(), StepFunctionsError> {
        let ended = self.engine.wait_end(&execution.machine, execution.run.as_str()).await;
        ended.map(drop).map_err(unavailable)
    }
}
