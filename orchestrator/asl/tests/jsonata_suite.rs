//! JSONata's own test suite, against the evaluator that expressions run on.
//!
//! The suite is kept beside this repository, or where `AMENDS_CONFORMANCE` says; without it nothing is checked, and the
//! test says so. What fails is listed in `jsonata_suite.txt` with its reason, and the list is checked in both
//! directions: a case that fails must be listed, and one that passes must not.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use serde_json::Value;

/// `None`, loudly, if the suite is not there.
fn folder() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");
    let folder = std::env::var_os("AMENDS_CONFORMANCE").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let folder = folder.join("jsonata");
    if folder.join("groups").is_dir() {
        return Some(folder);
    }
    // Not by eprintln!, which the test harness keeps to itself when a test passes.
    let place = folder.display();
    let _ = writeln!(std::io::stderr(), "NOT RUN: no JSONata suite in {place} (set AMENDS_CONFORMANCE)");
    None
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Null if it is no JSON that a text of this language can hold: some files have half a surrogate pair in them.
fn json(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap_or(Value::Null)
}

/// All cases by name: `GROUP/FILE`, with a number if the file has several.
fn cases(folder: &Path) -> Vec<(String, PathBuf, Value)> {
    let mut cases = Vec::new();
    for group in list(&folder.join("groups")) {
        for file in list(&group).into_iter().filter(|file| file.extension().is_some_and(|end| end == "json"))
        {
            let stem = file.file_stem().unwrap().to_string_lossy();
            let name = format!("{}/{stem}", group.file_name().unwrap().to_string_lossy());
            match json(&file) {
                Value::Array(several) => {
                    let numbered = several.into_iter().enumerate();
                    cases.extend(numbered.map(|(at, case)| (format!("{name}#{at}"), group.clone(), case)));
                }
                case => cases.push((name, group.clone(), case)),
            }
        }
    }
    cases
}

/// What is not as the case expects, if anything is not.
fn failure(case: &Value, group: &Path, datasets: &BTreeMap<String, Value>) -> Option<String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| evaluate(case, group, datasets)));
    let outcome = outcome.unwrap_or_else(|_| Err("panicked".to_owned()));
    let code = case["code"].as_str().or_else(|| case["error"]["code"].as_str());
    match (code, outcome) {
        (Some(code), Err(message)) => (!message.contains(code)).then_some(message),
        (Some(code), Ok(found)) => Some(format!("expected {code}, found {found:?}")),
        (None, Err(message)) => Some(message),
        (None, Ok(found)) => {
            let expected = case.get("result");
            let is_unordered = case["unordered"] == Value::Bool(true);
            let same = match (expected, &found) {
                (None, None) => true,
                (Some(expected), Some(found)) => same(expected, found, is_unordered),
                (None, Some(_)) | (Some(_), None) => false,
            };
            (!same).then(|| format!("expected {expected:?}, found {found:?}"))
        }
    }
}

fn evaluate(case: &Value, group: &Path, datasets: &BTreeMap<String, Value>) -> Result<Option<Value>, String> {
    let source = match (case["expr"].as_str(), case["expr-file"].as_str()) {
        (Some(source), _) => source.to_owned(),
        (None, Some(file)) => std::fs::read_to_string(group.join(file)).unwrap(),
        (None, None) => return Err("no expression".to_owned()),
    };
    let data = match case["dataset"].as_str() {
        Some(name) => datasets.get(name).cloned().map_or(JValue::Undefined, JValue::from),
        None => case.get("data").cloned().map_or(JValue::Undefined, JValue::from),
    };
    let mut context = Context::new();
    for (name, value) in case["bindings"].as_object().into_iter().flatten() {
        context.bind(name.clone(), JValue::from(value.clone()));
    }
    let options = EvaluatorOptions {
        timeout_ms: case["timelimit"].as_u64(),
        max_stack_depth: case["depth"].as_u64().and_then(|depth| usize::try_from(depth).ok()),
        ..EvaluatorOptions::default()
    };
    let tree = parser::parse(&source).map_err(|error| error.to_string())?;
    let value = Evaluator::with_options(context, options).evaluate(&tree, &data);
    let value = value.map_err(|error| error.message().to_owned())?;
    Ok((!value.is_undefined()).then(|| Value::from(&value)))
}

fn same(expected: &Value, found: &Value, is_unordered: bool) -> bool {
    match (expected, found) {
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.as_f64().unwrap(), right.as_f64().unwrap());
            (left - right).abs() <= left.abs().max(right.abs()) * 1e-14
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let in_order = || left.iter().zip(right).all(|(left, right)| same(left, right, false));
            in_order()
                || is_unordered && left.iter().all(|each| right.iter().any(|other| same(each, other, false)))
        }
        (Value::Object(left), Value::Object(right)) if left.len() == right.len() => {
            left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other, false)))
        }
        _ => expected == found,
    }
}

#[test]
fn the_evaluator_passes_the_suite_of_the_language() {
    let Some(folder) = folder() else { return };
    let datasets = list(&folder.join("datasets")).into_iter();
    let datasets: BTreeMap<_, _> = datasets
        .map(|file| (file.file_stem().unwrap().to_string_lossy().into_owned(), json(&file)))
        .collect();
    let lines = include_str!("jsonata_suite.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut known: BTreeMap<&str, &str> = lines.map(|line| line.split_once(" | ").unwrap()).collect();
    let cases = cases(&folder);
    let mut wrong = Vec::new();
    for (name, group, case) in &cases {
        match (failure(case, group, &datasets), known.remove(name.as_str())) {
            (None, None) | (Some(_), Some(_)) => {}
            (Some(what), None) => wrong.push(format!("{name}: {what}")),
            (None, Some(reason)) => wrong.push(format!("{name}: passes, and is listed as: {reason}")),
        }
    }
    wrong.extend(known.keys().map(|name| format!("{name}: is listed, and there is no such case")));
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() > 1600, "the suite has more than {} cases", cases.len());
}
