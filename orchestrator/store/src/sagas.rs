//! The saga row: where one saga stands.
//!
//! `forward → committed`, or `forward → unwinding → compensated | stuck`; `stuck → compensated` by repair is the only
//! later change.

use amends_types::{RunName, SagaId, Sha256Hex, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::StoreError;

/// Where a saga stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SagaState {
    /// Steps may begin.
    Forward,
    /// Steps are being undone; none may begin.
    Unwinding,
    /// Every required step is done. Final.
    Committed,
    /// Every effect is undone. Final.
    Compensated,
    /// Something could not be undone; only repair changes it.
    Stuck,
}

impl SagaState {
    /// All states, in the order in which a saga can pass through them.
    pub const ALL: [Self; 5] =
        [Self::Forward, Self::Unwinding, Self::Committed, Self::Compensated, Self::Stuck];

    /// The name under which it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Unwinding => "unwinding",
            Self::Committed => "committed",
            Self::Compensated => "compensated",
            Self::Stuck => "stuck",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether this is a verdict.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Forward | Self::Unwinding => false,
            Self::Committed | Self::Compensated | Self::Stuck => true,
        }
    }
}

/// One saga.
#[derive(Debug, Clone, PartialEq)]
pub struct SagaRow {
    /// The saga's id: the order id.
    pub id: SagaId,
    /// The name of the saga's definition.
    pub saga: String,
    /// What the first step is built from. No personal data.
    pub input: Value,
    /// The fingerprint of `input`, which the execution carries.
    pub input_sha256: Sha256Hex,
    /// Where the saga stands.
    pub state: SagaState,
    /// The execution that alone may unwind the saga.
    pub unwinder: Option<RunName>,
    /// How many executions of the unwind machine were named.
    pub unwinds: u32,
    /// Why the saga unwinds.
    pub reason: Option<String>,
    /// When the saga was created.
    pub created: Timestamp,
    /// When its execution must have ended.
    pub deadline: Timestamp,
    /// When it stopped going forward.
    pub unwinding_since: Option<Timestamp>,
    /// When the verdict was written.
    pub ended: Option<Timestamp>,
}

impl SagaRow {
    /// A saga that may begin.
    pub fn new(id: SagaId, saga: &str, input: Value, created: Timestamp, deadline: Timestamp) -> Self {
        Self {
            id,
            saga: saga.to_owned(),
            input_sha256: Sha256Hex::of_json(&input),
            input,
            state: SagaState::Forward,
            unwinder: None,
            unwinds: 0,
            reason: None,
            created,
            deadline,
            unwinding_since: None,
            ended: None,
        }
    }

    /// `forward → unwinding`; says whether this call did it. Whoever comes first, a compensation, a cancel or the
    /// sweeper, gives the reason.
    pub fn begin_unwinding(&mut self, reason: Option<String>, now: Timestamp) -> bool {
        if self.state != SagaState::Forward {
            return false;
        }
        self.state = SagaState::Unwinding;
        self.unwinding_since = Some(now);
        self.reason = reason;
        true
    }

    /// Writes the verdict.
    ///
    /// # Panics
    /// When `verdict` cannot follow the state: a mistake in the protocol must never reach the database.
    pub fn end(&mut self, verdict: SagaState, now: Timestamp) {
        let allowed = match (self.state, verdict) {
            (SagaState::Forward, SagaState::Committed)
            | (SagaState::Unwinding, SagaState::Compensated | SagaState::Stuck)
            | (SagaState::Stuck, SagaState::Compensated) => true,
            (
                SagaState::Forward
                | SagaState::Unwinding
                | SagaState::Committed
                | SagaState::Compensated
                | SagaState::Stuck,
                _,
            ) => false,
        };
        assert!(allowed, "saga {}: {} cannot follow {}", self.id, verdict.name(), self.state.name());
        self.state = verdict;
        self.ended = Some(now);
    }
}

/// How a saga row is locked until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SagaLock {
    /// Not at all.
    None,
    /// Nobody may change the saga's state meanwhile; many may hold this at once.
    Share,
    /// Nobody else may lock the row.
    Update,
}

/// A page of sagas in the order of their ids.
#[derive(Debug, Clone, Default)]
pub struct SagaQuery {
    /// Only those in this state.
    pub state: Option<SagaState>,
    /// Only those that have no verdict.
    pub open: bool,
    /// Only those whose id is greater.
    pub after: Option<SagaId>,
    /// At most so many.
    pub limit: usize,
}

/// Saga rows in a transaction.
pub trait SagasTx {
    /// The saga, locked as asked.
    ///
    /// # Behaviour
    /// - A saga that is not there is none.
    /// - A saga is read under every lock.
    /// - IDs are told apart by case.
    ///
    /// # Errors
    /// When the store fails.
    fn saga(&mut self, id: &SagaId, lock: SagaLock) -> Result<Option<SagaRow>, StoreError>;

    /// Adds a saga.
    ///
    /// # Behaviour
    /// - A second saga of the same id is refused and changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is one of this id.
    fn insert_saga(&mut self, row: &SagaRow) -> Result<(), StoreError>;

    /// Replaces a saga.
    ///
    /// # Behaviour
    /// - An update replaces the saga.
    /// - An update of a saga that is not there is refused.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is none of this id.
    fn update_saga(&mut self, row: &SagaRow) -> Result<(), StoreError>;

    /// A page of sagas.
    ///
    /// # Behaviour
    /// - Pages are in the order of ids and meet without gaps.
    /// - A page may be of one state.
    /// - A page may be of those without a verdict.
    ///
    /// # Errors
    /// When the store fails.
    fn sagas(&mut self, query: &SagaQuery) -> Result<Vec<SagaRow>, StoreError>;
}
