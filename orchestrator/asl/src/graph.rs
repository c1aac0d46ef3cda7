//! Where states lead: every machine can end, and something leads to every state.
//!
//! Step Functions asks only whether a state is named by some transition, not whether it can be reached from the start;
//! and it does not ask at all of a machine that cannot end.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::reader::Reader;

pub(crate) fn check(reader: &Reader<'_>, start_at: Option<&str>, states: &Map<String, Value>) {
    if reader.has_schema_errors() {
        return;
    }
    if !states.values().any(can_end) {
        let message = "Workflow has no terminal state".to_owned();
        return reader.missing_end(message);
    }
    let targets: HashSet<&str> = states.values().flat_map(targets).chain(start_at).collect();
    for name in states.keys().filter(|name| !targets.contains(name.as_str())) {
        let message = format!("State \"{name}\" is not reachable.");
        reader.missing_target(&format!("States/{name}"), message);
    }
}

fn can_end(state: &Value) -> bool {
    let is_end = state.get("End").and_then(Value::as_bool) == Some(true);
    is_end || matches!(state.get("Type").and_then(Value::as_str), Some("Succeed" | "Fail"))
}

/// The names of the states that a state leads to.
pub(crate) fn targets(state: &Value) -> impl Iterator<Item = &str> {
    let own = ["Next", "Default"].into_iter().filter_map(|field| state.get(field));
    let lists = ["Choices", "Catch"].into_iter().filter_map(|field| state.get(field)?.as_array());
    let nested = lists.flatten().filter_map(|each| each.get("Next"));
    own.chain(nested).filter_map(Value::as_str)
}
