//! Names of state machines and executions, by Step Functions' rule (API reference of StartExecution and
//! CreateStateMachine, parameter `name`).

/// 1 to 80 characters; no white space, brackets, wildcards, control characters or `" # % \ ^ | ~ $ & , ; : /` and
/// the backquote.
pub(super) fn is_allowed(name: &str) -> bool {
    const FORBIDDEN: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";
    (1..=80).contains(&name.chars().count())
        && !name.chars().any(|c| c.is_whitespace() || c.is_control() || FORBIDDEN.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule_of_step_functions() {
        for name in ["order-1", "a.b_c=d", "é", &"x".repeat(80)] {
            assert!(is_allowed(name), "{name}");
        }
        for name in ["", "a b", "a/b", "a:b", "a*", "a\0", "a\u{85}", &"x".repeat(81)] {
            assert!(!is_allowed(name), "{name}");
        }
    }
}
