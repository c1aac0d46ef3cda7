//! Personal data that must not reach logs, history, errors or Debug output.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value of a person: an e-mail address, a telephone number. Its `Debug` never shows it, and it has no
/// `Display`; whoever needs the value asks for it by name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Marks `value` as personal.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Do not log it.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_the_value() {
        let mail = Personal::new("ada@example.com");
        assert_eq!(format!("{mail:?}"), "[personal]");
        assert_eq!(*mail.expose(), "ada@example.com");
    }
}
