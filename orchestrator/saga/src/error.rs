//! Why a step did not finish, and what that says about its effect.

use std::fmt;

use thiserror::Error;

/// What is known about the effect of an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It did not happen.
    None,
    /// It may have happened, or may yet happen.
    Possible,
}

/// How an attempt at a step failed. The text is for people; it never holds personal data, keys or tokens.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StepError {
    /// The effect did not happen and never will: declined, out of stock.
    #[error("rejected: {0}")]
    Rejected(String),
    /// The effect did not happen; the same request may be tried again.
    #[error("not done yet: {0}")]
    Transient(String),
    /// The effect may have happened: the reply was lost, unreadable or late.
    #[error("unknown: {0}")]
    Unknown(String),
    /// Our own mistake: an input that cannot be, data that does not parse.
    #[error("bug: {0}")]
    Bug(String),
}

impl StepError {
    /// What is known about the effect.
    pub const fn effect(&self) -> Effect {
        match self {
            Self::Rejected(_) | Self::Transient(_) => Effect::None,
            Self::Unknown(_) | Self::Bug(_) => Effect::Possible,
        }
    }

    /// The reason, without the kind.
    pub fn reason(&self) -> &str {
        match self {
            Self::Rejected(reason) | Self::Transient(reason) | Self::Unknown(reason) | Self::Bug(reason) => {
                reason
            }
        }
    }

    /// The kind under which the state machine sees it.
    pub const fn kind(&self) -> TaskErrorKind {
        match self {
            Self::Rejected(_) => TaskErrorKind::Rejected,
            Self::Transient(_) => TaskErrorKind::Transient,
            Self::Unknown(_) => TaskErrorKind::Unknown,
            Self::Bug(_) => TaskErrorKind::Bug,
        }
    }
}

/// Everything that a task of a saga can answer besides success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskErrorKind {
    /// See [`StepError::Rejected`]. Final.
    Rejected,
    /// See [`StepError::Transient`].
    Transient,
    /// See [`StepError::Unknown`].
    Unknown,
    /// See [`StepError::Bug`]. Final.
    Bug,
    /// Another attempt holds the step's lease.
    Busy,
    /// The saga no longer goes forward. Final.
    Cancelled,
    /// The saga is committed: there is nothing to undo. Final.
    Committed,
    /// Another execution unwinds the saga. Final.
    Superseded,
}

impl TaskErrorKind {
    /// The error name in the state machine and the Lambda `errorType`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rejected => "Saga.Rejected",
            Self::Transient => "Saga.Transient",
            Self::Unknown => "Saga.Unknown",
            Self::Bug => "Saga.Bug",
            Self::Busy => "Saga.Busy",
            Self::Cancelled => "Saga.Cancelled",
            Self::Committed => "Saga.Committed",
            Self::Superseded => "Saga.Superseded",
        }
    }
}

impl fmt::Display for TaskErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The error of a task: a name that the state machine matches, and a cause that a person reads.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind}: {cause}")]
pub struct TaskError {
    /// The kind.
    pub kind: TaskErrorKind,
    /// At most [`TaskError::MAX_CAUSE_BYTES`] bytes.
    pub cause: String,
}

impl TaskError {
    /// The most bytes of a cause. Longer ones are cut.
    pub const MAX_CAUSE_BYTES: usize = 2048;

    /// An error with its cause cut to the limit.
    pub fn new(kind: TaskErrorKind, cause: impl Into<String>) -> Self {
        let mut cause = cause.into();
        cause.truncate(cause.floor_char_boundary(Self::MAX_CAUSE_BYTES));
        Self { kind, cause }
    }
}

impl From<StepError> for TaskError {
    fn from(error: StepError) -> Self {
        Self::new(error.kind(), error.reason())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_cause_is_cut_between_characters() {
        let error = TaskError::new(TaskErrorKind::Bug, "é".repeat(5000));
        assert!(error.cause.len() <= TaskError::MAX_CAUSE_BYTES);
        assert!(error.cause.chars().all(|c| c == 'é'));
    }
}
