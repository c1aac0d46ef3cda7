//! Why a command ended early, and the exit code that says so.

use std::process::ExitCode;

use thiserror::Error;

/// The exit codes, as README.md documents them. (0 is success; clap itself exits with 2 on wrong usage.)
pub(crate) mod exit {
    /// The command failed, or an audit found a violation.
    pub(crate) const FAILED: u8 = 1;
    /// What was given cannot be used.
    pub(crate) const UNUSABLE: u8 = 2;
    /// A saga is stuck, or could not be brought to an end.
    pub(crate) const STUCK: u8 = 3;
    /// Ctrl-C, as shells have it.
    pub(crate) const INTERRUPTED: u8 = 130;
}

/// Why a command ended early.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// What was given cannot be used; the message says what to do.
    #[error("{0}")]
    Unusable(String),
    /// It should have worked.
    #[error("{0}")]
    Failed(String),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Unusable(_) => exit::UNUSABLE.into(),
            Self::Failed(_) => exit::FAILED.into(),
        }
    }

    /// For errors that no input explains.
    pub(crate) fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}
