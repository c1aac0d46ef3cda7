//! Stubs: what stays for ever of a saga that was pruned.
//!
//! A repeat of its order is answered from it, and a redrive of its execution does nothing.

use amends_types::{SagaId, Sha256Hex, Timestamp};

use crate::{SagaState, StoreError};

/// What is left of a saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StubRow {
    /// The saga.
    pub id: SagaId,
    /// The fingerprint of its order; the saga's own input's where there was no order.
    pub body_sha256: Sha256Hex,
    /// Its verdict.
    pub verdict: SagaState,
    /// When it had been created.
    pub created: Timestamp,
    /// When it had ended.
    pub ended: Timestamp,
}

/// Stubs in a transaction.
pub trait StubsTx {
    /// What is left of a saga.
    ///
    /// # Errors
    /// When the store fails.
    fn stub(&mut self, id: &SagaId) -> Result<Option<StubRow>, StoreError>;

    /// Puts a stub in the place of a saga, its ledger, its order and its reservations. What it had sold must have been
    /// counted before.
    ///
    /// # Behaviour
    /// - A stub takes the place of everything of its saga and of no other.
    /// - A saga that is not there cannot be replaced by a stub.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is no such saga.
    fn replace_by_stub(&mut self, stub: &StubRow) -> Result<(), StoreError>;

    /// Sagas that ended before then, in the order of their ids, at most `limit`, those after another one.
    ///
    /// # Behaviour
    /// - Sagas that ended before a time are in the order of ids.
    ///
    /// # Errors
    /// When the store fails.
    fn ended_before(
        &mut self,
        time: Timestamp,
        after: Option<&SagaId>,
        limit: usize,
    ) -> Result<Vec<SagaId>, StoreError>;
}
