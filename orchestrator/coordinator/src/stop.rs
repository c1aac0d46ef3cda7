//! Stop: somebody ends the execution of a saga, as the Stop button of the console does.
//!
//! Nothing in a machine catches that. The saga is left without a verdict, and the sweeper unwinds it.

use amends_store::{AuditAction, SagaLock, Store};
use amends_types::SagaId;

use crate::relay::RelayError;
use crate::{Decision, Execution, ExecutionStatus, SagaKind, StepFunctions, execution_of};

/// What became of a stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// This execution was stopped.
    Stopped(Execution),
    /// No execution of the saga runs.
    NotRunning,
    /// Its execution runs in an engine that cannot be reached from here.
    Elsewhere,
    /// There is no saga of this id.
    NoSuchSaga,
}

/// Stops the execution that is responsible for a saga, and records who did it.
///
/// # Errors
/// When the store or Step Functions fails: unknown whether it was stopped, and asking again says so.
pub async fn stop(
    store: &dyn Store,
    functions: &dyn StepFunctions,
    kind: &SagaKind,
    id: &SagaId,
    decision: Decision,
) -> Result<Stop, RelayError> {
    let wanted = id.clone();
    let saga = store.query(move |tx| tx.saga(&wanted, SagaLock::None)).await?;
    let Some(saga) = saga.filter(|saga| saga.saga == kind.name) else { return Ok(Stop::NoSuchSaga) };
    if saga.is_open() && saga.engine != functions.engine_id() {
        return Ok(Stop::Elsewhere);
    }
    let execution = execution_of(&saga, kind);
    if functions.describe(&execution).await? != Some(ExecutionStatus::Running) {
        return Ok(Stop::NotRunning);
    }
    let cause = format!("stopped by {}: {}", decision.actor, decision.why);
    let record = decision.record(AuditAction::Stop, Some(id));
    // Before the stop: a decision that is carried out is never missing from the log.
    store.transact(move |tx| tx.append_audit(&record)).await?;
    functions.stop(&execution, &cause).await?;
    Ok(Stop::Stopped(execution))
}
