//! Names: of a saga, and of the executions that run it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A name that is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// The name is empty or too long.
    #[error("must have 1 to {max} characters, has {actual}")]
    Length {
        /// The most characters that are allowed.
        max: usize,
        /// How many there are.
        actual: usize,
    },
    /// The name holds something besides letters, digits, `-` and `_`.
    #[error("may hold only the letters A-Z and a-z, digits, '-' and '_'")]
    Character,
}

fn check(text: &str, max: usize) -> Result<(), IdError> {
    let actual = text.chars().count();
    if actual == 0 || actual > max {
        return Err(IdError::Length { max, actual });
    }
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(IdError::Character);
    }
    Ok(())
}

/// The name of one saga, for ever: the order id, and the name of its first execution.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SagaId(Arc<str>);

impl SagaId {
    /// The most characters of a saga id.
    pub const MAX_CHARACTERS: usize = 64;

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The execution that runs the saga forward: it has the saga's own name.
    pub fn forward_run(&self) -> RunName {
        RunName(self.0.clone())
    }

    /// The execution of the unwind machine that is the saga's `unwind`-th: `saga-unwind`.
    pub fn unwind_run(&self, unwind: u32) -> RunName {
        RunName(format!("{self}-{unwind}").into())
    }
}

/// The name of one execution (Step Functions allows 80 characters).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunName(Arc<str>);

impl RunName {
    /// The most characters of an execution name.
    pub const MAX_CHARACTERS: usize = 80;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// Both are checked text; only the limit differs.
macro_rules! checked_name {
    ($name:ident) => {
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text, Self::MAX_CHARACTERS)?;
                Ok(Self(text.into()))
            }
        }
        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0.as_ref().to_owned()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}
checked_name!(SagaId);
checked_name!(RunName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_digits_dash_and_underscore_up_to_64() {
        let check = |text: &str, expected: Result<(), IdError>| {
            assert_eq!(text.parse::<SagaId>().map(|_| ()), expected, "{text:?}");
        };
        check("order-1_A", Ok(()));
        check(&"x".repeat(64), Ok(()));
        check(&"x".repeat(65), Err(IdError::Length { max: 64, actual: 65 }));
        check("", Err(IdError::Length { max: 64, actual: 0 }));
        for bad in ["a b", "a/b", "é", "a\0", "a\n", "a.b"] {
            check(bad, Err(IdError::Character));
        }
    }

    #[test]
    fn the_longest_saga_has_room_for_every_unwind_number() {
        let saga: SagaId = "s".repeat(64).parse().unwrap();
        assert!(saga.unwind_run(u32::MAX).as_str().len() <= RunName::MAX_CHARACTERS);
    }
}
