//! What can go wrong with a store.

use thiserror::Error;

/// Why a transaction did not happen. Nothing of it was kept, unless it is said that this is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The store cannot be used now: it is closed, locked, or cannot be reached.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The store was lost while it committed, and did not say what became of it. To the saga protocol this is a lost
    /// reply: whoever asks again finds out.
    #[error("the store may or may not have kept a change: {0}")]
    OutcomeUnknown(String),
    /// There is no room left.
    #[error("the store is full: {0}; free some disk space, nothing was changed")]
    Full(String),
    /// What is stored cannot be read.
    #[error("the store holds a row that cannot be read: {0}")]
    Corrupt(String),
    /// A row that must be new is there already, or one that must be there is not.
    #[error("the store refused a change: {0}")]
    Constraint(String),
    /// A change was asked of a read-only transaction.
    #[error("a read-only transaction cannot change anything")]
    ReadOnly,
    /// The work given to the transaction failed, and it was rolled back.
    #[error("the transaction was rolled back")]
    RolledBack,
}
