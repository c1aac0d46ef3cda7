//! The ledger: our record of the effect of each step of each saga.
//!
//! `absent → started → done | refused`, then `undoing → undone | parked`; `parked → undoing` by repair only. An undone
//! row is a tombstone: it forbids every later execute. A best-effort row that a committed saga owes is parked when its
//! delivery is refused although an earlier attempt may have had the effect: a person decides.

use std::collections::BTreeMap;

use amends_types::{SagaId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::StoreError;

/// Where a step's effect stands. An absent row has no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerStatus {
    /// An attempt may have begun.
    Started,
    /// The effect happened.
    Done,
    /// It is proven that the effect did not happen and never will.
    Refused,
    /// It is being undone.
    Undoing,
    /// It is undone, or never was.
    Undone,
    /// Undoing it gave up; a person decides.
    Parked,
}

impl LedgerStatus {
    /// All statuses.
    pub const ALL: [Self; 6] =
        [Self::Started, Self::Done, Self::Refused, Self::Undoing, Self::Undone, Self::Parked];

    /// The name under which it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Parked => "parked",
        }
    }

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// What makes one attempt different from every other: 64 random bits.
pub type LeaseToken = u64;

/// The right of one attempt to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Whose it is.
    pub token: LeaseToken,
    /// Until when, by the database's clock.
    pub until: Timestamp,
}

/// How a row came to be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// There was an effect, and it was undone.
    Reversed,
    /// The step proved that there was none.
    NothingHappened,
    /// The provider knew of none when nothing could be under way any more.
    NothingFound,
    /// The step had never begun.
    NeverStarted,
    /// The step had been refused.
    WasRefused,
    /// A person says that it was undone outside.
    Resolved,
    /// It was not undone, and a person accepts that.
    Accepted,
}

impl Undo {
    /// All ways.
    pub const ALL: [Self; 7] = [
        Self::Reversed,
        Self::NothingHappened,
        Self::NothingFound,
        Self::NeverStarted,
        Self::WasRefused,
        Self::Resolved,
        Self::Accepted,
    ];

    /// The name under which it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reversed => "reversed",
            Self::NothingHappened => "nothing_happened",
            Self::NothingFound => "nothing_found",
            Self::NeverStarted => "never_started",
            Self::WasRefused => "was_refused",
            Self::Resolved => "resolved",
            Self::Accepted => "accepted",
        }
    }

    /// The way of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|undo| undo.name() == name)
    }
}

/// The record of one step of one saga.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerRow {
    /// Which saga.
    pub saga: SagaId,
    /// Which step.
    pub step: String,
    /// The step's place in the saga, from 0.
    pub position: u32,
    /// Whether the saga can commit without it.
    pub best_effort: bool,
    /// Where the effect stands.
    pub status: LedgerStatus,
    /// The canonical input of the step; the same at every attempt. Null for a row that never began.
    pub input: Value,
    /// What the step reported.
    pub output: Option<Value>,
    /// The provider's object ids, by kind.
    pub objects: BTreeMap<String, String>,
    /// Whoever may act now.
    pub lease: Option<Lease>,
    /// When the right of the last attempt at `execute` ended, if one ever began: nothing is sent after it.
    pub execute_until: Option<Timestamp>,
    /// The same of the last attempt at `compensate`.
    pub undo_until: Option<Timestamp>,
    /// Whether an attempt ended without saying that its effect did not happen.
    pub in_doubt: bool,
    /// Attempts at `execute`.
    pub attempts: u32,
    /// Attempts at `compensate`.
    pub undo_attempts: u32,
    /// Why the last attempt at `execute` did not succeed.
    pub reason: Option<String>,
    /// Why the last attempt at `compensate` did not succeed.
    pub undo_reason: Option<String>,
    /// When the first attempt began.
    pub started: Option<Timestamp>,
    /// When the row became done or refused.
    pub finished: Option<Timestamp>,
    /// When the first compensation began.
    pub undoing: Option<Timestamp>,
    /// When the row became undone or parked.
    pub settled: Option<Timestamp>,
    /// How the row came to be undone.
    pub undo: Option<Undo>,
}

impl LedgerRow {
    /// A row of this status in which nothing has happened yet.
    pub fn new(saga: SagaId, step: &str, position: u32, best_effort: bool, status: LedgerStatus) -> Self {
        Self {
            saga,
            step: step.to_owned(),
            position,
            best_effort,
            status,
            input: Value::Null,
            output: None,
            objects: BTreeMap::new(),
            lease: None,
            execute_until: None,
            undo_until: None,
            in_doubt: false,
            attempts: 0,
            undo_attempts: 0,
            reason: None,
            undo_reason: None,
            started: None,
            finished: None,
            undoing: None,
            settled: None,
            undo: None,
        }
    }

    /// Leaves the tombstone: no execute of this step can begin any more.
    pub fn bury(&mut self, how: Undo, now: Timestamp) {
        self.status = LedgerStatus::Undone;
        self.undo = Some(how);
        self.undoing.get_or_insert(now);
        self.settled = Some(now);
        self.undo_reason = None;
    }
}

/// Ledger rows in a transaction.
pub trait LedgerTx {
    /// The row of one step, locked for change.
    ///
    /// # Errors
    /// When the store fails.
    fn ledger_row(&mut self, saga: &SagaId, step: &str) -> Result<Option<LedgerRow>, StoreError>;

    /// All rows of a saga, in the order of the steps.
    ///
    /// # Behaviour
    /// - Rows of a saga are in the order of its steps.
    ///
    /// # Errors
    /// When the store fails.
    fn ledger_rows(&mut self, saga: &SagaId) -> Result<Vec<LedgerRow>, StoreError>;

    /// Adds the row, or replaces the one of the same saga and step.
    ///
    /// # Behaviour
    /// - A put adds a row and then replaces it.
    /// - A row is known by its step, not by its place.
    ///
    /// # Errors
    /// When the store fails.
    fn put_ledger_row(&mut self, row: &LedgerRow) -> Result<(), StoreError>;

    /// Best-effort rows of committed sagas, copies excepted, that are still `started` and that nobody may act on now: not leased, or by a
    /// lease that ran out. In the order of sagas and steps, at most `limit`, those after the place of another one.
    ///
    /// # Behaviour
    /// - Owed are best-effort rows of committed sagas that nobody runs.
    /// - Owed rows are in the order of sagas after the one given.
    /// - A row whose lease ran out is owed again.
    ///
    /// # Errors
    /// When the store fails.
    fn owed_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        limit: usize,
    ) -> Result<Vec<LedgerRow>, StoreError>;

    /// Rows that hold a lease, in the order of saga ids, at most `limit`.
    ///
    /// # Behaviour
    /// - Leased are the rows that hold a lease.
    ///
    /// # Errors
    /// When the store fails.
    fn leased_rows(&mut self, limit: usize) -> Result<Vec<LedgerRow>, StoreError>;

    /// Rows that are parked, in the order of sagas and steps, at most `limit`, those after the place of another one.
    ///
    /// # Behaviour
    /// - Parked rows are in the order of sagas after the one given.
    ///
    /// # Errors
    /// When the store fails.
    fn parked_rows(
        &mut self,
        after: Option<(&SagaId, u32)>,
        limit: usize,
    ) -> Result<Vec<LedgerRow>, StoreError>;
}
