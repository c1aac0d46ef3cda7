//! What ended an evaluation, from what the evaluator says.

use super::code;
use super::limits::{MEMORY_EXCEEDED, STACK_OVERFLOW, TIMEOUT};

/// Why an evaluation failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure<'a> {
    /// The expression threw. In the evaluator's words, from the code on if there is one.
    Thrown(&'a str),
    /// It would have used too much.
    Exceeded(&'static str),
    /// What failed is not the expression.
    Internal,
}

/// What is said when what failed is not the expression.
pub(super) const INTERNAL: &str = "X0000: internal error";

impl<'a> Failure<'a> {
    /// The evaluator follows a later release of JSONata than Step Functions does, with codes for what it bounds.
    pub(super) fn of(message: &'a str) -> Self {
        let (code, from_code) = code::find(message);
        match code {
            Some("T1006") => Self::Thrown("T1006: Attempted to invoke a non-function"),
            Some("D1011" | "U1001") => Self::Exceeded(STACK_OVERFLOW),
            Some("D1012") => Self::Exceeded(TIMEOUT),
            Some("D2015" | "D2014") => Self::Exceeded(MEMORY_EXCEEDED),
            Some("X0000") => Self::Internal,
            _ => Self::Thrown(from_code),
        }
    }
}
