//! Resolve and accept: a person says what became of an effect.

use amends_store::{AuditAction, LedgerStatus, NewAuditRow, SagaLock, SagaState, Store, Tx, Undo};
use amends_types::SagaId;
use serde_json::json;

use super::error::{RepairError, check};
use crate::Decision;

/// What a person says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HowDecided {
    /// It was undone outside, or is certainly not there. The audit still looks for it at the provider.
    Resolved {
        /// Where that can be looked up: the provider's id of the refund, a ticket.
        reference: Option<String>,
    },
    /// It stays as it is. It is never hidden: the row says so for ever.
    Accepted,
}

/// Records what a person says about a parked step. When no required step is parked any more, the saga is compensated.
/// Answers the saga's state.
///
/// # Errors
/// [`RepairError`]; nothing was changed then.
pub async fn decide(
    store: &dyn Store,
    saga: &SagaId,
    step: &str,
    how: HowDecided,
    decision: Decision,
) -> Result<SagaState, RepairError> {
    let (id, step) = (saga.clone(), step.to_owned());
    store.transact(move |tx| decide_in(tx, &id, &step, &how, &decision)).await
}

fn decide_in(
    tx: &mut dyn Tx,
    id: &SagaId,
    step: &str,
    how: &HowDecided,
    decision: &Decision,
) -> Result<SagaState, RepairError> {
    let mut saga = check(tx.saga(id, SagaLock::Update)?)?;
    let row = tx.ledger_row(id, step)?.filter(|row| row.status == LedgerStatus::Parked);
    let mut row = row.ok_or_else(|| RepairError::NotParked(step.to_owned()))?;
    let reason = row.undo_reason.clone();
    let (action, undo, reference) = match how {
        HowDecided::Resolved { reference } => (AuditAction::Resolve, Undo::Resolved, reference.as_deref()),
        HowDecided::Accepted => (AuditAction::Accept, Undo::Accepted, None),
    };
    row.bury(undo, tx.now());
    // The reason stays beside the decision: it is what was decided about.
    row.undo_reason = reason;
    tx.put_ledger_row(&row)?;
    let detail =
        json!({ "reference": reference, "objects": row.objects, "output_known": row.output.is_some() });
    let record = decision.record(action, Some(id));
    tx.append_audit(&NewAuditRow { step: Some(step.to_owned()), detail, ..record })?;
    let is_parked = |row: &amends_store::LedgerRow| !row.best_effort && row.status == LedgerStatus::Parked;
    if saga.state == SagaState::Stuck && !tx.ledger_rows(id)?.iter().any(is_parked) {
        saga.end(SagaState::Compensated, tx.now());
        tx.update_saga(&saga)?;
    }
    Ok(saga.state)
}
