//! Executions in this process, with workers in this process: the default.

use std::sync::Arc;

use amends_coordinator::{EmbeddedStepFunctions, StepFunctions};
use amends_types::EngineId;
use tokio::sync::Mutex;

use super::executions::{Executions, Opening};
use crate::failure::Failure;
use crate::worker::InProcessWorker;

/// Opens the engine; `id` is its own, where several share a store.
pub(super) fn open(
    opening: Opening<'_>,
    worker: Arc<InProcessWorker>,
    id: Option<EngineId>,
) -> Result<Executions, Failure> {
    let engine = opening.engine(worker, |_| {})?;
    for (name, definition) in &opening.machines() {
        engine.register_machine(name, definition).map_err(Failure::failed)?;
    }
    let functions: Arc<dyn StepFunctions> = Arc::new(match id {
        None => EmbeddedStepFunctions::new(engine.clone()),
        Some(id) => EmbeddedStepFunctions::one_of_several(engine.clone(), id),
    });
    Ok(Executions { functions, engine, served: Mutex::default(), pool: None })
}
