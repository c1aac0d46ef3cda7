//! Retry: what is parked is undone, or delivered, once more.

use amends_store::{
    AuditAction, LedgerRow, LedgerStatus, NewAuditRow, OutboxRow, SagaLock, SagaRow, SagaState, Store, Tx,
};
use amends_types::{EngineId, SagaId};
use serde_json::json;

use super::error::{RepairError, check};
use crate::sweeper::begin_unwind;
use crate::{Decision, SagaKind};

/// What became of a retry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retried {
    /// The current unwind machine runs once this is started.
    Unwinds(OutboxRow),
    /// A notice of a committed saga is owed again.
    Owed,
}

/// Has the parked steps of a saga undone once more, all of them or `step` alone, by the unwind machine and the workers
/// as they are now.
///
/// # Errors
/// [`RepairError`]; nothing was changed then.
pub async fn retry(
    store: &dyn Store,
    kind: &SagaKind,
    engine: Option<EngineId>,
    saga: &SagaId,
    step: Option<&str>,
    decision: Decision,
) -> Result<Retried, RepairError> {
    let (id, kind, step) = (saga.clone(), kind.clone(), step.map(str::to_owned));
    store.transact(move |tx| retry_in(tx, &id, &kind, engine, step.as_deref(), &decision)).await
}

fn retry_in(
    tx: &mut dyn Tx,
    id: &SagaId,
    kind: &SagaKind,
    engine: Option<EngineId>,
    step: Option<&str>,
    decision: &Decision,
) -> Result<Retried, RepairError> {
    let saga = check(tx.saga(id, SagaLock::Update)?.filter(|saga| saga.saga == kind.name))?;
    let rows = tx
        .ledger_rows(id)?
        .into_iter()
        .filter(|row| row.status == LedgerStatus::Parked && step.is_none_or(|step| row.step == step));
    let names: Vec<String> = rows.map(|row| row.step).collect();
    if names.is_empty() {
        return Err(RepairError::NotParked(step.unwrap_or("no step").to_owned()));
    }
    let again = match saga.state {
        SagaState::Committed => LedgerStatus::Started,
        SagaState::Forward | SagaState::Unwinding | SagaState::Compensated | SagaState::Stuck => {
            LedgerStatus::Undoing
        }
    };
    for name in &names {
        if let Some(row) = tx.ledger_row(id, name)? {
            tx.put_ledger_row(&LedgerRow { status: again, settled: None, ..row })?;
        }
    }
    let record = decision.record(AuditAction::Retry, Some(id));
    tx.append_audit(&NewAuditRow {
        step: step.map(str::to_owned),
        detail: json!({ "steps": names }),
        ..record
    })?;
    if saga.state == SagaState::Committed {
        return Ok(Retried::Owed);
    }
    // Invariant: one execution unwinds a saga; a repair names its own, and the verdict stays until that has ended.
    let row = begin_unwind(tx, SagaRow { repairing: true, engine, ..saga }, kind)?;
    Ok(Retried::Unwinds(row))
}
