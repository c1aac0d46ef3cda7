//! Where finished executions are kept.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use amends_sqlite::SyncError;
use amends_types::Timestamp;
use thiserror::Error;

use crate::interp::Outcome;
use crate::journal::DefinitionId;

/// The status of an execution, in Step Functions' words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not ended.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended by a Fail state or an error that nothing caught.
    Failed,
    /// Ended by the machine's own time limit.
    TimedOut,
    /// Ended by StopExecution.
    Aborted,
}

impl Status {
    /// The name that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }

    /// The status that an outcome gives.
    pub fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Succeeded { .. } => Self::Succeeded,
            Outcome::Failed { .. } => Self::Failed,
            Outcome::Aborted { .. } => Self::Aborted,
            Outcome::TimedOut => Self::TimedOut,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A finished execution, with everything that its history is derived from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedExecution {
    /// Its number in the order of starting.
    pub number: u64,
    /// The state machine's name.
    pub machine: String,
    /// Its own name, unique in the machine.
    pub name: String,
    /// The definition it ran.
    pub definition: DefinitionId,
    /// How it ended; never [`Status::Running`].
    pub status: Status,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub stopped: Timestamp,
    /// The output as JSON text, if it succeeded.
    pub output: Option<String>,
    /// The error name, if it did not.
    pub error: Option<String>,
    /// The cause, if it did not.
    pub cause: Option<String>,
    /// How often it was redriven.
    pub redrives: u32,
    /// When it was redriven last.
    pub redriven: Option<Timestamp>,
    /// Its occurrences as the journal had them.
    pub tape: Vec<u8>,
}

/// A finished execution that has been kept for long enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredExecution {
    /// Its number in the order of starting.
    pub number: u64,
    /// The state machine's name.
    pub machine: String,
    /// Its own name.
    pub name: String,
}

/// Which executions to list: the newest first.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    /// Only this state machine's.
    pub machine: Option<String>,
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those with a lower number: the last one of the page before.
    pub before: Option<u64>,
    /// The most rows.
    pub limit: usize,
}

/// The archive does not answer. Nothing was stored.
#[derive(Debug, Clone, Error)]
#[error("the archive of finished executions cannot be used: {0}")]
pub struct ArchiveError(pub String);

/// Where finished executions are kept and looked up by name, until they are removed.
pub trait Archive: Send + Sync + 'static {
    /// Stores executions, all or none. One that is here already, and has gone on since, is replaced. Not durable before
    /// [`Archive::sync`].
    ///
    /// # Errors
    /// When none was stored.
    fn store(&self, executions: Arc<[Arc<ArchivedExecution>]>) -> Result<(), ArchiveError>;

    /// Makes everything durable that was stored.
    ///
    /// # Errors
    /// When it may not be durable: whether it was tried decides whether it may be tried again.
    fn sync(&self) -> Result<(), SyncError>;

    /// Whether an execution of this name is here. Quick: asked for every start.
    ///
    /// # Errors
    /// When the archive cannot be read.
    fn has(&self, machine: &str, name: &str) -> Result<bool, ArchiveError>;

    /// The execution of this name.
    ///
    /// # Errors
    /// When the archive cannot be read.
    fn find(&self, machine: &str, name: &str) -> Result<Option<ArchivedExecution>, ArchiveError>;

    /// Which of these numbers are here, and how long their tapes are.
    ///
    /// # Errors
    /// When the archive cannot be read.
    fn tape_lengths(&self, numbers: &[u64]) -> Result<HashMap<u64, u64>, ArchiveError>;

    /// The highest number here, 0 if none.
    ///
    /// # Errors
    /// When the archive cannot be read.
    fn highest(&self) -> Result<u64, ArchiveError>;

    /// The highest number here of an execution that this directory's journal has had, 0 if none. What came here with a
    /// copy of another directory, or with a backup, is not counted.
    ///
    /// # Errors
    /// When the archive cannot be read.
    fn highest_journalled(&self) -> Result<u64, ArchiveError>;

    /// Executions that ended before that time, the first to end first, and not more than so many.
    ///
    /// # Errors
    /// When the archive cannot be read.
    fn expired(&self, before: Timestamp, most: usize) -> Result<Vec<ExpiredExecution>, ArchiveError>;

    /// Removes executions, all or none. Their names are free from then on.
    ///
    /// # Errors
    /// When none was removed.
    fn remove(&self, numbers: Vec<u64>) -> Result<(), ArchiveError>;

    /// A page of executions, the newest first, without their tapes.
    ///
    /// # Errors
    /// When the archive cannot be read.
    fn list(&self, filter: &ListFilter) -> Result<Vec<ArchivedExecution>, ArchiveError>;
}
