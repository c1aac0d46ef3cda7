//! Why the engine refuses.

use std::io;

use amends_asl::DefinitionError;
use thiserror::Error;

use crate::journal::{ArchiveError, JournalError};

/// Why an engine cannot be opened.
#[derive(Debug, Error)]
pub enum EngineOpenError {
    /// The journal or the archive cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A definition that an open execution needs is not understood any more.
    #[error("the state machine '{machine}' of an open execution cannot be read by this program: {source}")]
    Definition {
        /// The state machine's name.
        machine: String,
        /// What is wrong with it.
        source: DefinitionError,
    },
    /// The store has lost commits that executions went on from.
    #[error(
        "the store, or the registry, is older than the engine's journal (its last commit is {committed}, the journal has seen \
         {journalled}): one of them was put back from a backup without the other; restore both together"
    )]
    StoreBehind {
        /// The store's last commit.
        committed: u64,
        /// The last commit that the journal has seen.
        journalled: u64,
    },
    /// The operating system refused a thread.
    #[error("cannot start a thread of the engine: {0}")]
    Thread(io::Error),
    /// There is no tokio runtime.
    #[error("an engine must be opened inside a tokio runtime")]
    NoRuntime,
}

impl From<ArchiveError> for EngineOpenError {
    fn from(error: ArchiveError) -> Self {
        Self::Journal(error.into())
    }
}

/// Why a state machine is not registered.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// The name is not allowed.
    #[error(
        "the state machine name '{0}' is not allowed: 1 to 80 characters, no spaces, brackets, wildcards or control characters"
    )]
    Name(String),
    /// The definition is wrong.
    #[error("the definition of the state machine '{machine}' is not valid: {source}")]
    Definition {
        /// The state machine's name.
        machine: String,
        /// What is wrong with it.
        source: DefinitionError,
    },
    /// The definition cannot be stored.
    #[error("the definition of a state machine cannot be stored: {0}")]
    Storage(#[from] io::Error),
}

/// Why an execution is not started. Except for [`StartError::Unknown`] and [`StartError::Closed`], it certainly is not.
#[derive(Debug, Clone, Error)]
pub enum StartError {
    /// The name is not allowed (`InvalidName`).
    #[error(
        "the execution name '{0}' is not allowed: 1 to 80 characters, no spaces, brackets, wildcards or control characters"
    )]
    Name(String),
    /// There is no such state machine (`StateMachineDoesNotExist`).
    #[error("no state machine is registered as '{0}'")]
    NoSuchMachine(String),
    /// The name is taken by an execution that has ended, or that has another input (`ExecutionAlreadyExists`).
    #[error("the execution '{0}' exists already; describe it and compare")]
    AlreadyExists(String),
    /// The input is longer than 256 KiB or nested too deeply (`InvalidExecutionInput`).
    #[error("the input of the execution '{0}' is longer than 262144 bytes or nested too deeply")]
    Input(String),
    /// Too many executions are open (`ExecutionLimitExceeded`).
    #[error("{0} executions are open already; wait until some have ended")]
    LimitExceeded(usize),
    /// The disk is full, or the process has no file descriptor left.
    #[error("the disk of the journal is full, or no more files can be opened; make room and ask again")]
    StorageFull,
    /// The disk became full, or the process was out of file descriptors, while the start was being written.
    #[error(
        "the disk of the journal became full, or no more files could be opened; the execution may start later, ask \
         again with the same name"
    )]
    Unknown,
    /// The archive cannot be read, so it is unknown whether the name is taken.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The engine is shutting down; the execution may have been started.
    #[error("the engine is shutting down; ask again with the same name")]
    Closed,
}

/// Why an execution is not stopped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StopError {
    /// There is no such execution, or it has ended (`ExecutionDoesNotExist`).
    #[error("no execution '{0}' is running")]
    NotRunning(String),
    /// The engine is shutting down.
    #[error("the engine is shutting down")]
    Closed,
}

/// Why what a worker says with a task token changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CallbackError {
    /// No task ever had this token (`InvalidToken`).
    #[error("this is no task token")]
    InvalidToken,
    /// The task is not awaited any more (`TaskTimedOut`).
    #[error(
        "nobody waits for this task any more: it was answered, took too long, or its execution has ended"
    )]
    TaskTimedOut,
    /// The output is longer than 256 KiB or nested too deeply (`InvalidOutput`).
    #[error("the output is longer than 262144 bytes or nested too deeply")]
    InvalidOutput,
    /// The engine is shutting down.
    #[error("the engine is shutting down; say it again")]
    Closed,
}

/// Why an execution is not redriven.
#[derive(Debug, Error)]
pub enum RedriveError {
    /// There is no such execution (`ExecutionDoesNotExist`).
    #[error("there is no execution '{0}'")]
    NoSuchExecution(String),
    /// It cannot be (`ExecutionNotRedrivable`).
    #[error(transparent)]
    NotRedrivable(#[from] NotRedrivable),
    /// It cannot be looked up.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// Why an execution cannot be redriven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotRedrivable {
    /// It runs.
    #[error("the execution is running")]
    Running,
    /// It ended well.
    #[error("the execution has succeeded")]
    Succeeded,
    /// It ended more than 14 days ago.
    #[error("the execution ended more than 14 days ago")]
    TooLate,
    /// It was redriven a thousand times.
    #[error("the execution has been redriven 1000 times")]
    TooOften,
    /// Its history has no place for more events.
    #[error("the history of the execution has no place for more events")]
    TooLarge,
}

/// Why a question is not answered.
#[derive(Debug, Error)]
pub enum QueryError {
    /// The journal or the archive cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The definition is not understood any more.
    #[error("the definition of the execution '{name}' cannot be read by this program: {source}")]
    Definition {
        /// The execution's name.
        name: String,
        /// What is wrong with it.
        source: DefinitionError,
    },
    /// The engine is shutting down.
    #[error("the engine is shutting down")]
    Closed,
}

impl From<ArchiveError> for QueryError {
    fn from(error: ArchiveError) -> Self {
        Self::Journal(error.into())
    }
}
