//! An error of a state, and which names in `ErrorEquals` stand for it.
//!
//! What the wildcards match is what the recordings show: `States.ALL` takes a result that is too large, but nothing
//! takes `States.Runtime`, not even its own name.

use std::fmt;

use amends_asl::{ErrorName, EvaluationError};

use super::context::Scope;

/// Why a state could not do what it should.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    pub(super) error: String,
    pub(super) cause: Option<String>,
    pub(super) origin: Origin,
    /// Of an expression that failed, and is not recorded yet: the field that it is in.
    pub(super) location: Option<String>,
}

/// Where an error comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// An attempt at a task failed, or its result was too large.
    Attempt,
    /// An attempt at a task took too long.
    Timeout,
    /// An attempt at a task was silent for too long.
    Heartbeat,
    /// A result could not be put where `ResultPath` says.
    Result,
    /// A state's data was too large, which only that error's own name stands for.
    DataLimit,
    /// A path named nothing, or the wrong kind of thing: never handled.
    Runtime,
}

impl Failure {
    /// An attempt's failure.
    pub(super) fn attempt(error: impl Into<String>, cause: Option<String>) -> Self {
        Self { error: error.into(), cause, origin: Origin::Attempt, location: None }
    }

    /// An error that nothing handles; the cause is `message` with the state's name before it.
    pub(super) fn runtime(scope: &Scope<'_>, message: impl fmt::Display) -> Self {
        let cause = Some(in_state(scope, message));
        Self { error: "States.Runtime".to_owned(), cause, origin: Origin::Runtime, location: None }
    }

    /// A path, a function or an expression failed. In JSONata that can be handled; in JSONPath nothing handles it.
    pub(super) fn evaluation(scope: &Scope<'_>, error: &EvaluationError) -> Self {
        let Some(location) = error.location() else {
            return Self::runtime(scope, error);
        };
        Self {
            error: error.error_name().to_owned(),
            cause: Some(in_state(scope, error)),
            origin: Origin::Attempt,
            location: Some(location.to_owned()),
        }
    }

    pub(super) fn result_path(message: String) -> Self {
        let error = "States.ResultPathMatchFailure".to_owned();
        Self { error, cause: Some(message), origin: Origin::Result, location: None }
    }

    pub(super) fn data_limit(origin: Origin, cause: String) -> Self {
        Self { error: "States.DataLimitExceeded".to_owned(), cause: Some(cause), origin, location: None }
    }

    pub(super) fn timeout(origin: Origin) -> Self {
        Self { error: "States.Timeout".to_owned(), cause: None, origin, location: None }
    }

    /// The error name, if there is one: a Fail state need not have any.
    pub(super) fn named(&self) -> Option<String> {
        (!self.error.is_empty()).then(|| self.error.clone())
    }

    /// Whether one of the names stands for this error.
    pub(super) fn is_among(&self, names: &[ErrorName]) -> bool {
        self.origin != Origin::Runtime && names.iter().any(|name| self.is_named(name))
    }

    fn is_named(&self, name: &ErrorName) -> bool {
        let is_timeout =
            matches!(self.origin, Origin::Timeout | Origin::Heartbeat) || self.error == "States.Timeout";
        match name {
            ErrorName::All => self.origin != Origin::DataLimit,
            ErrorName::TaskFailed => self.origin != Origin::DataLimit && !is_timeout,
            ErrorName::Timeout => is_timeout,
            ErrorName::HeartbeatTimeout => {
                self.origin == Origin::Heartbeat || self.error == "States.HeartbeatTimeout"
            }
            ErrorName::Named(name) => **name == *self.error,
        }
    }
}

/// The words that a cause has before it which is the state's own. TestState, which has no history, leaves them out
/// (floci-io/floci#2689).
fn in_state(scope: &Scope<'_>, message: impl fmt::Display) -> String {
    let (name, entered) = (&scope.state.name, scope.visit.entered_event);
    if entered == 0 {
        return message.to_string();
    }
    format!(
        "An error occurred while executing the state '{name}' (entered at the event id #{entered}). {message}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(failure: &Failure, matched: &[&str]) {
        let names = [
            "States.ALL",
            "States.TaskFailed",
            "States.Timeout",
            "States.HeartbeatTimeout",
            "States.Runtime",
            "States.DataLimitExceeded",
            "Saga.Rejected",
        ];
        let found: Vec<_> =
            names.into_iter().filter(|name| failure.is_among(&[ErrorName::from(*name)])).collect();
        assert_eq!(found, matched, "{failure:?}");
    }

    #[test]
    fn each_kind_of_error_has_its_names() {
        let attempt = Failure::attempt("Saga.Rejected", None);
        check(&attempt, &["States.ALL", "States.TaskFailed", "Saga.Rejected"]);
        check(&Failure::timeout(Origin::Timeout), &["States.ALL", "States.Timeout"]);
        check(
            &Failure::timeout(Origin::Heartbeat),
            &["States.ALL", "States.Timeout", "States.HeartbeatTimeout"],
        );
        let result = Failure::data_limit(Origin::Attempt, String::new());
        check(&result, &["States.ALL", "States.TaskFailed", "States.DataLimitExceeded"]);
        let data = Failure::data_limit(Origin::DataLimit, String::new());
        check(&data, &["States.DataLimitExceeded"]);
        let runtime = Failure { origin: Origin::Runtime, ..Failure::attempt("States.Runtime", None) };
        check(&runtime, &[]);
    }
}
