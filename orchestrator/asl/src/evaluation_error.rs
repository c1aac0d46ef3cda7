//! Why a field of a state could not be evaluated, in the words of Step Functions.

use std::fmt;

/// A path, an intrinsic function or an expression of a state failed.
///
/// It displays as Step Functions puts it after `An error occurred while executing the state '…' (entered at the event
/// id #…). `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationError {
    cause: String,
    location: Option<String>,
}

impl EvaluationError {
    /// A failure in JSONPath: a path that names nothing, or arguments that an intrinsic function does not take.
    pub(crate) fn runtime(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), location: None }
    }

    /// A failure in JSONata, in the field at that location.
    pub(crate) fn query(cause: impl Into<String>, location: &str) -> Self {
        Self { cause: cause.into(), location: Some(location.to_owned()) }
    }

    /// The error name. `States.QueryEvaluationError` in JSONata; all failures of JSONPath and of intrinsic functions
    /// are `States.Runtime`.
    pub fn error_name(&self) -> &'static str {
        if self.location.is_some() { "States.QueryEvaluationError" } else { "States.Runtime" }
    }

    /// In JSONata, the field that failed, for the `EvaluationFailed` event: `Output/items[0]`.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.cause)
    }
}

impl std::error::Error for EvaluationError {}
