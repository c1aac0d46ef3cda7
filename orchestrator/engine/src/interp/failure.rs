//! An error of a state, and which names in `ErrorEquals` stand for it.
//!
//! What the wildcards match is what the recordings show: `States.ALL` takes a result that is too large, but nothing
//! takes `States.Runtime`, not even its own name.

use amends_asl::ErrorName;

/// Why a state could not do what it should.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    pub(super) error: String,
    pub(super) cause: Option<String>,
    pub(super) origin: Origin,
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
    /// An error that nothing handles; the cause is `message` with the state's name before it.
    pub(super) fn runtime(message: impl Into<String>) -> Self {
        Self { error: "States.Runtime".to_owned(), cause: Some(message.into()), origin: Origin::Runtime }
    }

    pub(super) fn result_path(message: String) -> Self {
        Self {
            error: "States.ResultPathMatchFailure".to_owned(),
            cause: Some(message),
            origin: Origin::Result,
        }
    }

    pub(super) fn data_limit(origin: Origin, cause: String) -> Self {
        Self { error: "States.DataLimitExceeded".to_owned(), cause: Some(cause), origin }
    }

    pub(super) fn timeout(origin: Origin) -> Self {
        Self { error: "States.Timeout".to_owned(), cause: None, origin }
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
        let attempt = Failure { error: "Saga.Rejected".to_owned(), cause: None, origin: Origin::Attempt };
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
        check(&Failure::runtime(""), &[]);
    }
}
