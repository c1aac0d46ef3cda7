//! JSONata's own test suite, guarded: what is put into an expression changes nothing of what it gives.
//!
//! The suite is kept beside this repository, or where `AMENDS_CONFORMANCE` says; without it nothing is checked here, and
//! the test that runs it as it is says so.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use serde_json::Value;

use crate::jsonata::budget::{self, Budget};
use crate::jsonata::guard::guard;

fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn json(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap_or(Value::Null)
}

fn evaluate(source: &str, case: &Value, data: &JValue, is_guarded: bool) -> Result<String, String> {
    let mut tree = parser::parse(source).map_err(|error| error.to_string())?;
    let mut context = Context::new();
    for (name, value) in case["bindings"].as_object().into_iter().flatten() {
        context.bind(name.clone(), JValue::from(value.clone()));
    }
    let options = EvaluatorOptions { timeout_ms: Some(1000), ..EvaluatorOptions::default() };
    let mut evaluator = Evaluator::with_options(context, options);
    if is_guarded {
        let called = guard(&mut tree);
        budget::register(&mut evaluator, &called, &Budget::new());
    }
    let value = evaluator.evaluate(&tree, data).map_err(|error| error.message().to_owned())?;
    Ok(if value.is_undefined() { "undefined".to_owned() } else { Value::from(&value).to_string() })
}

#[test]
fn a_guarded_expression_gives_what_it_gave() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");
    let folder = std::env::var_os("AMENDS_CONFORMANCE").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let folder = folder.join("jsonata");
    let datasets = list(&folder.join("datasets")).into_iter();
    let datasets: BTreeMap<_, _> = datasets
        .map(|file| (file.file_stem().unwrap().to_string_lossy().into_owned(), JValue::from(json(&file))))
        .collect();
    let (mut count, mut wrong) = (0, Vec::new());
    for file in list(&folder.join("groups")).iter().flat_map(|group| list(group)) {
        let cases = match json(&file) {
            Value::Array(cases) => cases,
            case => vec![case],
        };
        for case in &cases {
            let Some(source) = case["expr"].as_str() else { continue };
            // What reads a clock, draws a number or never ends is different each time.
            if ["$now", "$millis", "$random", "$shuffle"].iter().any(|name| source.contains(name))
                || case.get("timelimit").is_some()
            {
                continue;
            }
            let dataset = case["dataset"].as_str().and_then(|name| datasets.get(name).cloned());
            let data =
                dataset.or_else(|| case.get("data").cloned().map(JValue::from)).unwrap_or(JValue::Undefined);
            let run = |is_guarded| {
                let outcome = catch_unwind(AssertUnwindSafe(|| evaluate(source, case, &data, is_guarded)));
                outcome.unwrap_or_else(|_| Err("panicked".to_owned()))
            };
            let (plain, guarded) = (run(false), run(true));
            count += 1;
            if plain != guarded {
                wrong.push(format!("{}: {source}\n  gave {plain:?}\n  gives {guarded:?}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count == 0 || count > 1500, "{count} cases");
}
