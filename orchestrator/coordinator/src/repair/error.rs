//! Why a decision is not carried out.

use amends_store::{SagaRow, SagaState, StoreError};
use thiserror::Error;

/// Why a decision was not carried out. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RepairError {
    /// There is no saga of this id.
    #[error("there is no saga of this id")]
    NoSuchSaga,
    /// The saga has no verdict yet, so nothing of it is parked for good.
    #[error("the saga is {0} and has no verdict yet; what it cannot undo is parked when it has")]
    NoVerdict(&'static str),
    /// Somebody is having it repaired already.
    #[error("a repair of the saga is under way; wait until it has ended")]
    UnderWay,
    /// There is nothing to decide about.
    #[error("{0} of the saga is not parked")]
    NotParked(String),
    /// The saga goes on elsewhere.
    #[error("the saga is a copy of one that goes on elsewhere; repair it there")]
    Copy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Refuses a saga about which nothing can be decided now.
pub(super) fn check(saga: Option<SagaRow>) -> Result<SagaRow, RepairError> {
    let saga = saga.ok_or(RepairError::NoSuchSaga)?;
    if saga.is_frozen() {
        return Err(RepairError::Copy);
    }
    match saga.state {
        SagaState::Forward | SagaState::Unwinding => Err(RepairError::NoVerdict(saga.state.name())),
        SagaState::Committed | SagaState::Compensated | SagaState::Stuck if saga.repairing => {
            Err(RepairError::UnderWay)
        }
        SagaState::Committed | SagaState::Compensated | SagaState::Stuck => Ok(saga),
    }
}
