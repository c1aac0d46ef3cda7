//! Cancel: somebody outside asks that a saga comes to nothing.
//!
//! It only sets the saga row to unwinding, and that decides against the commit: both lock the row, and one of them is
//! first. The execution that runs, or waits in the outbox, hears `Saga.Cancelled` at its next execute and unwinds the
//! saga itself. One that is gone hears nothing; but the saga has no verdict, and the sweeper looks at every such saga,
//! whatever its deadline: it takes over from an execution that ended and starts one that is not there. The deadline,
//! which a cancel leaves as it is, bounds only an execution that still runs.

use amends_store::{AuditAction, SagaLock, SagaState, Store, StoreError, Tx};
use amends_types::SagaId;

use crate::Decision;

/// What became of a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// The saga went forward, and from now on it unwinds.
    Requested,
    /// It unwound already: because of an earlier cancel, or because a step failed. The first reason stays.
    UnderWay,
    /// It has this verdict, and a verdict is final.
    TooLate(SagaState),
    /// There is no saga of this id.
    NoSuchSaga,
}

/// Stops a saga from going forward, unless it has its verdict. Its end is not waited for.
///
/// The first cancel of a saga is recorded in the audit log.
///
/// # Errors
/// When the store fails: unknown whether the saga is cancelled, and asking again says so.
pub async fn cancel(store: &dyn Store, saga: &SagaId, decision: Decision) -> Result<Cancel, StoreError> {
    let id = saga.clone();
    store.transact(move |tx| cancel_in(tx, &id, &decision)).await
}

fn cancel_in(tx: &mut dyn Tx, id: &SagaId, decision: &Decision) -> Result<Cancel, StoreError> {
    let Some(mut saga) = tx.saga(id, SagaLock::Update)? else {
        return Ok(Cancel::NoSuchSaga);
    };
    Ok(match saga.state {
        SagaState::Forward => {
            saga.begin_unwinding(Some(decision.why.clone()), tx.now());
            tx.update_saga(&saga)?;
            tx.append_audit(&decision.record(AuditAction::Cancel, Some(id)))?;
            Cancel::Requested
        }
        SagaState::Unwinding => Cancel::UnderWay,
        SagaState::Committed | SagaState::Compensated | SagaState::Stuck => Cancel::TooLate(saga.state),
    })
}
