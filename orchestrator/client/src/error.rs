//! Why a request came to nothing.

use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

/// Why a request came to nothing. No variant holds a token or a body.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// The address of the service is none, or not one of http or https.
    #[error("the address of the order service must begin with http:// or https://")]
    Address,
    /// The token cannot be sent in a header.
    #[error("the token has characters that cannot be sent")]
    Token,
    /// There is another order of this id with another body, or its key was used for another order.
    #[error("the order conflicts with an earlier one: {0}; a new try needs a new order id")]
    Conflict(String),
    /// The order cannot be accepted as it is.
    #[error("the order cannot be accepted: {0}")]
    Invalid(String),
    /// The order has ended, so it cannot be cancelled any more.
    #[error("too late: {0}")]
    TooLate(String),
    /// There is no such order, or nothing of it is parked.
    #[error("{0}")]
    NotFound(String),
    /// No token, or one that does not allow this.
    #[error("not allowed: {0}")]
    NotAllowed(String),
    /// What was asked is not possible now, and asking the same again does not help.
    #[error("{0}")]
    Refused(String),
    /// The service was not available for as long as it was tried. What was asked may have been done: ask again with the
    /// same order, which never orders twice.
    #[error("the order service is not available: {0}; ask again with the same order")]
    Unavailable(String),
    /// The time to wait is over, and the order has not ended.
    #[error("the order has not ended within {} seconds", .0.as_secs())]
    StillRunning(Duration),
    /// The answer cannot be understood: the service is of another version, or something else listens there.
    #[error("the answer cannot be understood: {0}")]
    Unexpected(String),
}

/// Problem details, as far as they matter here.
#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: String,
    detail: String,
}

impl Problem {
    /// What an answer of this status means, if it is final.
    pub(crate) fn error(self, status: u16) -> Error {
        let Self { kind, detail } = self;
        match (status, kind.rsplit(':').next().unwrap_or_default()) {
            (401 | 403, _) => Error::NotAllowed(detail),
            (404, _) => Error::NotFound(detail),
            (409, "order-conflict") | (422, "idempotency-key-reused") => Error::Conflict(detail),
            (409, "has-verdict") => Error::TooLate(detail),
            (400 | 413 | 422, _) => Error::Invalid(detail),
            _ => Error::Refused(detail),
        }
    }

    /// Whether the same request, sent again, may be answered otherwise.
    pub(crate) fn is_passing(&self, status: u16) -> bool {
        matches!(status, 408 | 429 | 500 | 502 | 503 | 504) || self.kind.ends_with(":in-flight")
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }
}
