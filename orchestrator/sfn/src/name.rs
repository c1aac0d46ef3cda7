//! Names of state machines, executions and activities, by the rule in the API reference of CreateStateMachine.

use crate::api_error::{ApiError, ErrorCode};

/// What a name must not contain besides white space, control characters and what is no character.
const FORBIDDEN: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";

/// Whether every character may be in a name. How long it may be is a constraint of the request's field.
pub(crate) fn is_allowed(name: &str) -> bool {
    !name.is_empty() && name.chars().all(may_be_in_a_name)
}

fn may_be_in_a_name(c: char) -> bool {
    let is_no_character = matches!(c, '\u{FFFE}' | '\u{FFFF}' | '\u{10FFFF}');
    !(c.is_whitespace() || c.is_control() || is_no_character || FORBIDDEN.contains(c))
}

/// Refuses a name that is not allowed.
///
/// # Errors
/// `InvalidName`.
pub(crate) fn check(name: &str) -> Result<(), ApiError> {
    if is_allowed(name) {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::InvalidName, format!("Invalid Name: '{name}'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule_of_the_api_reference() {
        for name in ["order-1", "a.b_c=d", "é", "a(b)!@+'"] {
            assert!(is_allowed(name), "{name}");
        }
        for c in FORBIDDEN.chars().chain([' ', '\t', '\n', '\0', '\u{7f}', '\u{85}', '\u{9f}', '\u{FFFE}']) {
            let name = format!("a{c}b");
            let error = check(&name).unwrap_err();
            assert_eq!(error.message, format!("Invalid Name: '{name}'"));
        }
    }
}
