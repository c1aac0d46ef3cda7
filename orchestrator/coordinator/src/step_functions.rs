//! Step Functions, as far as the coordinator needs it.

use amends_types::{EngineId, RunName};
use async_trait::async_trait;
use thiserror::Error;

use crate::Execution;

/// What StartExecution did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// The execution runs now; it may have been started by an earlier, equal call.
    Running,
    /// An execution of this name and input was started before and has ended.
    EndedBefore,
}

/// Where an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionStatus {
    /// It runs.
    Running,
    /// It has ended, in whatever way. What became of the saga is in the store.
    Ended,
}

/// Why Step Functions did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StepFunctionsError {
    /// There is an execution of this name with another input. Somebody must look at this.
    #[error("an execution named {0} exists with another input")]
    OtherInput(RunName),
    /// The state machine does not exist.
    #[error("there is no state machine {0}")]
    NoSuchMachine(String),
    /// Asking again may help.
    #[error("step functions is not available: {0}")]
    Unavailable(String),
}

impl StepFunctionsError {
    /// Whether asking again is of no use until a person has looked.
    pub const fn is_final(&self) -> bool {
        match self {
            Self::OtherInput(_) | Self::NoSuchMachine(_) => true,
            Self::Unavailable(_) => false,
        }
    }
}

/// Starts, watches and stops executions.
#[async_trait]
pub trait StepFunctions: Send + Sync + 'static {
    /// The engine that is behind it, where several engines share a store: sagas that are begun for an engine are started,
    /// watched and swept through it alone. None where there is one for all, as on AWS.
    fn engine_id(&self) -> Option<EngineId>;

    /// Whether several processes start executions through it.
    fn is_shared(&self) -> bool;

    /// Starts an execution with this JSON input.
    ///
    /// # Behaviour
    /// - An equal start of a running or ended execution starts nothing.
    /// - A start with another input under a taken name is refused.
    /// - A start of a machine that does not exist is refused.
    ///
    /// # Errors
    /// See [`StepFunctionsError`].
    async fn start(&self, execution: &Execution, input: &str) -> Result<Started, StepFunctionsError>;

    /// Where the execution stands; `None` when there is none.
    ///
    /// # Behaviour
    /// - An execution runs until it ends and is none before it was started.
    ///
    /// # Errors
    /// See [`StepFunctionsError`].
    async fn describe(&self, execution: &Execution) -> Result<Option<ExecutionStatus>, StepFunctionsError>;

    /// Stops an execution that runs. One that has ended stays as it is.
    ///
    /// # Behaviour
    /// - A stopped execution has ended and calls no worker any more.
    /// - Stopping an execution that has ended or never began changes nothing.
    ///
    /// # Errors
    /// See [`StepFunctionsError`].
    async fn stop(&self, execution: &Execution, cause: &str) -> Result<(), StepFunctionsError>;

    /// Waits until the execution has ended, or there is none.
    ///
    /// # Behaviour
    /// - Waiting lasts until the end and no time at all when there is nothing to wait for.
    ///
    /// # Errors
    /// See [`StepFunctionsError`].
    async fn wait_for_end(&self, execution: &Execution) -> Result<(), StepFunctionsError>;
}
