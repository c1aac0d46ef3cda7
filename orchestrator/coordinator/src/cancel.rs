//! Cancel: somebody outside asks that a saga comes to nothing.
//!
//! It only sets the saga row to unwinding, and that decides against the commit: both lock the row, and one of them is
//! first. The execution that runs, or waits in the outbox, hears `Saga.Cancelled` at its next execute and unwinds the
//! saga itself. One that is gone hears nothing; but the saga has no verdict, and the sweeper looks at every such saga,
//! whatever its deadline: it takes over from an execution that ended and starts one that is not there. The deadline,
//! which a cancel leaves as it is, bounds only an execution that still runs.

use amends_store::{SagaLock, SagaState, Store, StoreError, Tx};
use amends_types::SagaId;

/// How much of a reason is kept.
const MOST_REASON_BYTES: usize = 1024;

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
/// `reason` is for people: no personal data, and past 1 KiB it is cut off.
///
/// # Errors
/// When the store fails: unknown whether the saga is cancelled, and asking again says so.
pub async fn cancel(store: &dyn Store, saga: &SagaId, reason: &str) -> Result<Cancel, StoreError> {
    let id = saga.clone();
    let reason = reason[..reason.floor_char_boundary(MOST_REASON_BYTES)].to_owned();
    store.transact(move |tx| cancel_in(tx, &id, &reason)).await
}

fn cancel_in(tx: &mut dyn Tx, id: &SagaId, reason: &str) -> Result<Cancel, StoreError> {
    let Some(mut saga) = tx.saga(id, SagaLock::Update)? else {
        return Ok(Cancel::NoSuchSaga);
    };
    Ok(match saga.state {
        SagaState::Forward => {
            saga.begin_unwinding(Some(reason.to_owned()), tx.now());
            tx.update_saga(&saga)?;
            Cancel::Requested
        }
        SagaState::Unwinding => Cancel::UnderWay,
        SagaState::Committed | SagaState::Compensated | SagaState::Stuck => Cancel::TooLate(saga.state),
    })
}
