//! The wire to Step Functions, on which starts are lost, refused and held up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use amends_coordinator::{
    EmbeddedStepFunctions, Execution, ExecutionStatus, Started, StepFunctions, StepFunctionsError,
};
use amends_types::EngineId;
use async_trait::async_trait;
use tokio::sync::Notify;

/// What happens to one start. Unscripted ones arrive and are answered.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// It does not arrive.
    LoseRequest,
    /// It arrives, and its answer does not.
    LoseAnswer,
    /// It arrives once it is let through.
    Hold(Arc<Gate>),
}

/// Where a start is held up.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    arrived: Notify,
    open: Notify,
}

impl Gate {
    /// Completes once a start is held up here.
    pub(crate) async fn arrival(&self) {
        self.arrived.notified().await;
    }

    pub(crate) fn open(&self) {
        self.open.notify_one();
    }
}

pub(crate) struct Wire {
    functions: EmbeddedStepFunctions,
    starts: Mutex<VecDeque<Trouble>>,
}

impl Wire {
    pub(crate) fn to(functions: EmbeddedStepFunctions) -> Self {
        Self { functions, starts: Mutex::default() }
    }

    pub(crate) fn functions(&self) -> &EmbeddedStepFunctions {
        &self.functions
    }

    /// What happens to the next starts.
    pub(crate) fn script(&self, starts: impl IntoIterator<Item = Trouble>) {
        *self.starts.lock().unwrap() = starts.into_iter().collect();
    }
}

pub(crate) fn unavailable() -> StepFunctionsError {
    StepFunctionsError::Unavailable("the wire is cut".into())
}

#[async_trait]
impl StepFunctions for Wire {
    fn engine_id(&self) -> Option<EngineId> {
        self.functions.engine_id()
    }

    fn is_shared(&self) -> bool {
        self.functions.is_shared()
    }

    async fn start(&self, execution: &Execution, input: &str) -> Result<Started, StepFunctionsError> {
        let trouble = self.starts.lock().unwrap().pop_front();
        match trouble {
            None => {}
            Some(Trouble::LoseRequest) => return Err(unavailable()),
            Some(Trouble::LoseAnswer) => {
                self.functions.start(execution, input).await?;
                return Err(unavailable());
            }
            Some(Trouble::Hold(gate)) => {
                gate.arrived.notify_one();
                gate.open.notified().await;
            }
        }
        self.functions.start(execution, input).await
    }

    async fn describe(&self, execution: &Execution) -> Result<Option<ExecutionStatus>, StepFunctionsError> {
        self.functions.describe(execution).await
    }

    async fn stop(&self, execution: &Execution, cause: &str) -> Result<(), StepFunctionsError> {
        self.functions.stop(execution, cause).await
    }

    async fn wait_for_end(&self, execution: &Execution) -> Result<(), StepFunctionsError> {
        self.functions.wait_for_end(execution).await
    }
}
