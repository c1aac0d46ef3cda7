//! How long texts may be, and the words in which AWS says that a constraint is violated.

use std::fmt::Display;

/// How many characters a text may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Length {
    pub(crate) min: usize,
    pub(crate) max: usize,
}

/// The name of a resource.
pub(crate) const NAME: Length = Length { min: 1, max: 80 };
/// Most ARNs.
pub(crate) const ARN: Length = Length { min: 1, max: 256 };
/// The ARNs of versions and map runs.
pub(crate) const LONG_ARN: Length = Length { min: 1, max: 2_000 };
/// Descriptions, and the names of errors.
pub(crate) const TEXT: Length = Length { min: 0, max: 256 };
/// A text of any length, within that of a request.
pub(crate) const ANY: Length = Length { min: 0, max: usize::MAX };

pub(super) fn missing(path: &str) -> String {
    format!("Value null at '{path}' failed to satisfy constraint: Member must not be null")
}

pub(super) fn violated(value: impl Display, path: &str, constraint: &str) -> String {
    format!("Value '{value}' at '{path}' failed to satisfy constraint: Member must {constraint}")
}

impl Length {
    /// What a text or a list of this length violates.
    pub(super) fn violation(self, length: usize) -> Option<String> {
        if length < self.min {
            return Some(format!("have length greater than or equal to {}", self.min));
        }
        (length > self.max).then(|| format!("have length less than or equal to {}", self.max))
    }
}

/// All that is violated, in one message.
pub(super) fn message(violations: &[String]) -> String {
    let errors = if violations.len() == 1 { "error" } else { "errors" };
    format!("{} validation {errors} detected: {}", violations.len(), violations.join("; "))
}
