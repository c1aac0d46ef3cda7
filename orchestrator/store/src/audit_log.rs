//! The audit log: what people decided, and why.
//!
//! It only grows. A row is written in the transaction that carries the decision out, so neither is there without the
//! other.

use amends_types::{SagaId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::StoreError;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// A saga shall come to nothing.
    Cancel,
    /// An execution was stopped.
    Stop,
    /// A stuck saga is unwound once more.
    Retry,
    /// An effect was undone outside.
    Resolve,
    /// A residual is accepted as it is.
    Accept,
    /// No more orders are taken, and those under way are finished.
    Drain,
    /// Finished sagas were pruned.
    Prune,
    /// A customer's personal data was erased.
    Erase,
    /// The store was made from a backup.
    Restore,
}

impl AuditAction {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Cancel,
        Self::Stop,
        Self::Retry,
        Self::Resolve,
        Self::Accept,
        Self::Drain,
        Self::Prune,
        Self::Erase,
        Self::Restore,
    ];

    /// The name under which it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Stop => "stop",
            Self::Retry => "retry",
            Self::Resolve => "resolve",
            Self::Accept => "accept",
            Self::Drain => "drain",
            Self::Prune => "prune",
            Self::Erase => "erase",
            Self::Restore => "restore",
        }
    }

    /// The action of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// A decision that is to be recorded. No personal data but the name of who decided.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAuditRow {
    /// Who decided.
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// About which saga, if about one.
    pub saga: Option<SagaId>,
    /// About which step, if about one.
    pub step: Option<String>,
    /// Why.
    pub why: String,
    /// What else belongs to it.
    pub detail: Value,
}

/// A decision as it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRow {
    /// Its number; later ones have greater numbers.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What was decided.
    pub decision: NewAuditRow,
}

/// A page of the log, oldest first.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// Only rows with a greater number.
    pub after: u64,
    /// Only those about this saga.
    pub saga: Option<SagaId>,
    /// At most so many.
    pub limit: usize,
}

/// The audit log in a transaction.
pub trait AuditLogTx {
    /// Adds a row at the transaction's time; answers its number.
    ///
    /// # Behaviour
    /// - Rows of the audit log are numbered in order.
    ///
    /// # Errors
    /// When the store fails.
    fn append_audit(&mut self, row: &NewAuditRow) -> Result<u64, StoreError>;

    /// A page of the log.
    ///
    /// # Behaviour
    /// - Pages of the audit log meet without gaps.
    /// - A page of the audit log may be of one saga.
    ///
    /// # Errors
    /// When the store fails.
    fn audit_log(&mut self, query: &AuditQuery) -> Result<Vec<AuditRow>, StoreError>;
}
