//! The definitions recorded from Step Functions: what it accepted is read, and what it said about them is said.
//!
//! The cases are kept beside this repository, or where `AMENDS_CONFORMANCE` says; without them nothing is checked, and
//! the test says so.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use amends_asl::{MachineType, StateMachine};
use serde_json::{Value, json};

/// Every case with its name; none, loudly, if they are not there.
fn cases() -> Vec<(String, Value)> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");
    let folder = std::env::var_os("AMENDS_CONFORMANCE").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let folder = folder.join("cases");
    if !folder.is_dir() {
        // Not by eprintln!, which the test harness keeps to itself when a test passes.
        let place = folder.display();
        let _ =
            writeln!(std::io::stderr(), "NOT RUN: no conformance cases in {place} (set AMENDS_CONFORMANCE)");
        return Vec::new();
    }
    let files = list(&folder).into_iter().flat_map(|category| list(&category));
    files
        .map(|file| {
            let content = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            (file.display().to_string(), content)
        })
        .collect()
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn parse(definition: &Value) -> Result<StateMachine, String> {
    let parsed = match definition["$text"].as_str() {
        Some(text) => StateMachine::parse(text),
        None => StateMachine::from_value(definition),
    };
    parsed.map_err(|error| error.to_string())
}

#[test]
fn every_definition_that_was_executed_is_accepted() {
    let mut refused = Vec::new();
    for (name, case) in cases() {
        for machine in case["machines"].as_object().into_iter().flat_map(|machines| machines.values()) {
            // Names of resources that an earlier step made stand for ARNs.
            let text = machine.to_string().replace("${", "arn:aws:states:us-east-1:111111111111:activity:{");
            let machine: Value = serde_json::from_str(&text).unwrap();
            refused.extend(parse(&machine).err().map(|error| format!("{name}: {error}")));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn a_state_that_was_tested_is_accepted() {
    let mut refused = Vec::new();
    for (name, case) in cases().into_iter().filter(|(_, case)| case["kind"] == "test_state") {
        for step in case["steps"].as_array().unwrap() {
            let definition = &step["with"]["definition"]["$json"];
            let is_refused =
                case["expect"][step["id"].as_str().unwrap()]["api_error"]["code"] == "InvalidDefinition";
            if !definition.is_object() || definition.get("States").is_some() || is_refused {
                continue;
            }
            let error = StateMachine::of_state(definition).err();
            refused.extend(error.map(|error| format!("{name}: {error}")));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn the_variables_that_states_refer_to_are_those_that_step_functions_lists() {
    let mut count = 0;
    for (name, case) in cases() {
        for step in
            case["steps"].as_array().unwrap().iter().filter(|step| step["call"] == "CreateStateMachine")
        {
            let machine = parse(&step["with"]["definition"]["$json"]).ok();
            let described = case["expect"].as_object().unwrap().values();
            let Some(expected) = described.filter_map(|answer| answer.get("variableReferences")).next()
            else {
                continue;
            };
            let machine = machine.unwrap_or_else(|| panic!("{name} is refused"));
            let found: Value = machine
                .variable_references()
                .into_iter()
                .map(|(state, names)| (state.to_owned(), json!({"$set": names})))
                .collect::<serde_json::Map<_, _>>()
                .into();
            assert_eq!(&found, expected, "{name}");
            count += 1;
        }
    }
    assert!(count == 0 || count > 5, "{count} cases have variables");
}

#[test]
fn refusals_have_the_words_of_step_functions() {
    let mut refusals = BTreeSet::new();
    for (name, case) in cases() {
        for step in
            case["steps"].as_array().unwrap().iter().filter(|step| step["call"] == "CreateStateMachine")
        {
            let answer = &case["expect"][step["id"].as_str().unwrap_or_default()];
            let error = &answer["api_error"];
            if error["code"] != "InvalidDefinition" {
                continue;
            }
            let text = step["with"]["definition"]["$json"].to_string();
            let text = text.replace("${r1.activityArn}", "arn:aws:states:us-east-1:111111111111:activity:a");
            let is_express = step["with"]["type"] == "EXPRESS";
            let machine_type = if is_express { MachineType::Express } else { MachineType::Standard };
            let found = StateMachine::parse_as(machine_type, &text).unwrap_err();
            let message = format!("Invalid State Machine Definition: '{found}'");
            assert_eq!(error["message"], json!(message), "{name}");
            refusals.insert(message);
        }
    }
    assert!(refusals.is_empty() || refusals.len() > 5, "{refusals:?}");
}
