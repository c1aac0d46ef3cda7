//! Definitions that Step Functions refuses, or judges, and what it says about them.

use amends_asl::{DefinitionError, MachineType, StateMachine};
use serde_json::{Value, json};

use crate::case::{Case, Verdict};
use crate::matching::{Results, difference};

pub(crate) fn run(case: &Case) -> Verdict {
    for step in case.content["steps"].as_array().unwrap() {
        let definition = &step["with"]["definition"];
        let machine_type = match step["with"]["type"].as_str() {
            Some("EXPRESS") => MachineType::Express,
            _ => MachineType::Standard,
        };
        let parsed = match definition {
            Value::String(text) => StateMachine::parse_as(machine_type, text),
            other => StateMachine::from_value_as(machine_type, &other["$json"]),
        };
        let actual = match step["call"].as_str() {
            Some("ValidateStateMachineDefinition") => judge(parsed.err()),
            Some("CreateStateMachine") => match parsed {
                Ok(_) => json!("accepted"),
                Err(error) => refuse(&error),
            },
            other => return Verdict::NotRunnable(format!("{other:?}")),
        };
        let mut expected = case.content["expect"][step["id"].as_str().unwrap()].clone();
        if let Some(error) = expected.get_mut("api_error").and_then(Value::as_object_mut) {
            error.remove("status");
        }
        if let Some(difference) = difference(&expected, &actual, &Results::new()) {
            return Verdict::Different(difference);
        }
    }
    Verdict::Exact
}

fn judge(error: Option<DefinitionError>) -> Value {
    let result = if error.is_some() { "FAIL" } else { "OK" };
    let diagnostics = error.map(|error| error.diagnostics().to_vec()).unwrap_or_default();
    json!({"diagnostics": diagnostics, "result": result, "truncated": false})
}

fn refuse(error: &DefinitionError) -> Value {
    let message = format!("Invalid State Machine Definition: '{error}'");
    json!({"api_error": {"code": "InvalidDefinition", "message": message}})
}
