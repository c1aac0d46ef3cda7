//! Names of errors in `ErrorEquals`, and which of them are wildcards.

use std::fmt;

/// A name in `ErrorEquals`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ErrorName {
    /// `States.ALL`: every error that can be handled at all.
    All,
    /// `States.TaskFailed`: every error except a timeout.
    TaskFailed,
    /// `States.Timeout`: the task ran too long, or its heartbeat stopped.
    Timeout,
    /// `States.HeartbeatTimeout`: the task's heartbeat stopped.
    HeartbeatTimeout,
    /// Any other name: exactly that error.
    Named(Box<str>),
}

impl ErrorName {
    /// The name as written in a definition.
    pub fn as_str(&self) -> &str {
        match self {
            Self::All => "States.ALL",
            Self::TaskFailed => "States.TaskFailed",
            Self::Timeout => "States.Timeout",
            Self::HeartbeatTimeout => "States.HeartbeatTimeout",
            Self::Named(name) => name,
        }
    }
}

impl From<&str> for ErrorName {
    fn from(name: &str) -> Self {
        match name {
            "States.ALL" => Self::All,
            "States.TaskFailed" => Self::TaskFailed,
            "States.Timeout" => Self::Timeout,
            "States.HeartbeatTimeout" => Self::HeartbeatTimeout,
            other => Self::Named(other.into()),
        }
    }
}

impl fmt::Display for ErrorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
