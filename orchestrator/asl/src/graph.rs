//! Where states lead: every machine can end, and something leads to every state.
//!
//! Step Functions asks only whether a state is named by some transition, not whether it can be reached from the start;
//! and it does not ask at all of a machine that cannot end.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::diagnostic::DiagnosticCode;
use crate::reader::Findings;

pub(crate) fn check(start_at: Option<&str>, states: &Map<String, Value>, findings: &Findings) {
    if !states.values().any(can_end) {
        let message = "Workflow has no terminal state".to_owned();
        return findings.add_without_location(DiagnosticCode::MissingEndState, message);
    }
    let targets: HashSet<&str> = states.values().flat_map(targets).chain(start_at).collect();
    for name in states.keys().filter(|name| !targets.contains(name.as_str())) {
        let message = format!("State \"{name}\" is not reachable.");
        findings.add(DiagnosticCode::MissingTransitionTarget, &format!("/States/{name}"), message);
    }
}

fn can_end(state: &Value) -> bool {
    let is_end = state.get("End").and_then(Value::as_bool) == Some(true);
    is_end || matches!(state.get("Type").and_then(Value::as_str), Some("Succeed" | "Fail"))
}

fn targets(state: &Value) -> impl Iterator<Item = &str> {
    let own = ["Next", "Default"].into_iter().filter_map(|field| state.get(field));
    let lists = ["Choices", "Catch"].into_iter().filter_map(|field| state.get(field)?.as_array());
    let nested = lists.flatten().filter_map(|each| each.get("Next"));
    own.chain(nested).filter_map(Value::as_str)
}
