//! The saga row: where one saga stands.
//!
//! `forward → committed`, or `forward → unwinding → compensated | stuck`; `stuck → compensated` by repair is the only
//! later change. While a repair is under way, the row says so beside its state: it stays `stuck` until the repair has
//! undone everything.

use amends_types::{EngineId, RunName, SagaId, Sha256Hex, Timestamp};
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

/// Where a saga came from, if not from an intake of this store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restored {
    /// It is a copy of a saga that goes on elsewhere: nothing is ever done for it here.
    Copied,
    /// It was open in the backup from which the store was recovered. Whatever the ledger says was not begun may have
    /// been done after the backup.
    Recovered,
}

impl Restored {
    /// Both ways.
    pub const ALL: [Self; 2] = [Self::Copied, Self::Recovered];

    /// The name under which it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::Recovered => "recovered",
        }
    }

    /// The way of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|restored| restored.name() == name)
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
    /// The engine that has its executions; none where Step Functions is shared by all.
    pub engine: Option<EngineId>,
    /// Whether a stuck saga is being unwound once more.
    pub repairing: bool,
    /// Whether somebody outside is yet to be told of the end.
    pub announce: bool,
    /// Where it came from, if not from an intake of this store.
    pub restored: Option<Restored>,
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
            engine: None,
            repairing: false,
            announce: false,
            restored: None,
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

    /// Whether an execution may still have something to do for it: it has no verdict, or is being repaired.
    pub const fn is_open(&self) -> bool {
        !self.state.is_final() || self.repairing
    }

    /// Whether it is a copy, for which nothing is done here.
    pub fn is_frozen(&self) -> bool {
        self.restored == Some(Restored::Copied)
    }

    /// Whether it was open in the backup from which the store was recovered: its ledger may lack what was done since.
    pub fn is_recovered(&self) -> bool {
        self.restored == Some(Restored::Recovered)
    }

    /// Writes the verdict, and ends a repair.
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
        self.repairing = false;
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
    /// Only those that have no verdict or are being repaired, copies excepted.
    pub open: bool,
    /// Only those with a verdict of which somebody outside is yet to be told.
    pub announce: bool,
    /// Only those whose id is greater.
    pub after: Option<SagaId>,
    /// At most so many.
    pub limit: usize,
}

impl SagaQuery {
    /// Whether a saga is of the kind that is wanted, wherever it stands in the order.
    pub fn wants(&self, saga: &SagaRow) -> bool {
        self.state.is_none_or(|state| saga.state == state)
            && (!self.open || saga.is_open() && !saga.is_frozen())
            && (!self.announce || saga.announce && saga.state.is_final())
    }
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
    /// - A stuck saga that is being repaired is open again.
    /// - A copy is never open.
    /// - A page may be of ends that are yet to be announced.
    ///
    /// # Errors
    /// When the store fails.
    fn sagas(&mut self, query: &SagaQuery) -> Result<Vec<SagaRow>, StoreError>;
}
