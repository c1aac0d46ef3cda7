//! Errors in the words of jsonata-js, which Step Functions uses.

use std::io::Write;

use serde_json::{Value, json};

use super::super::grammar;
use super::{Expression, Problem, check, check_error, evaluate};
use crate::environment::States;
use crate::path::NoContext;

/// What jsonata-js says; see `tests/jsonata_js.mjs`.
const ROWS: &str = include_str!("../../../tests/jsonata_js.json");

/// What is known to differ: the evaluator lets it pass, or says something else. With why it may stay so.
const DIFFERENT: &[(&str, &str)] = &[
    ("$split(\"abc\", /x*/)", "the evaluator splits between the letters"),
    ("$formatNumber(1, \".e\")", "a picture that is wrong in two ways; the other one is said"),
    ("$formatNumber(1, \"#0e\")", "the evaluator takes an exponent without digits"),
    ("-(1/0)", "the evaluator negates what is no number for JSON"),
];

/// The code and the message, or what else comes of it.
fn outcome(expression: &str, input: &Value) -> String {
    let parsed = match Expression::parse(expression, "Output/v", true) {
        Err(Problem::Invalid(message)) => return format!("invalid: {message}"),
        Err(Problem::Unsupported(reasons)) => return format!("unsupported: {reasons:?}"),
        Ok(parsed) => parsed,
    };
    match parsed.evaluate(&States::of(input), &NoContext) {
        Ok(value) => format!("value: {value}"),
        Err(error) => {
            let cause = error.to_string();
            let (_, what) = cause.split_once("specified for the field 'Output/v' ").unwrap();
            what.strip_prefix("threw an error during evaluation. ").unwrap_or(what).to_owned()
        }
    }
}

#[test]
fn errors_are_those_of_jsonata_js() {
    let rows: Vec<Value> = serde_json::from_str(ROWS).unwrap();
    let mut wrong = Vec::new();
    for row in &rows {
        let text = |name: &str| row.get(name).and_then(Value::as_str);
        let expression = text("expression").unwrap();
        let expected = match (text("code"), text("message")) {
            (Some(code), Some(message)) if code.starts_with('S') => format!("invalid: {message}"),
            (Some(code), Some(message)) => format!("{code}: {message}"),
            _ => "returned nothing (undefined).".to_owned(),
        };
        let found = outcome(expression, row.get("input").unwrap_or(&Value::Null));
        let is_known = DIFFERENT.iter().any(|(known, _)| *known == expression);
        if (found == expected) == is_known {
            wrong.push(format!("{expression}\n    {expected}\n    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// The causes in full, with their sources.
#[test]
fn causes_are_those_of_step_functions() {
    for (expression, expected) in [
        // floci issue 2668, from AWS.
        ("$sum(['a'])", ". T0412: Argument 1 of function \"sum\" must be an array of \"numbers\""),
        ("$sum([1], 2)", ". T0410: Argument 2 of function \"sum\" does not match function signature"),
        // floci issue 2737, from AWS.
        ("$eval('1+1')", ". T1006: Attempted to invoke a non-function"),
        (
            "$sum([1..900000])",
            ": Expression evaluation memory limit exceeded: Check for excessive memory usage",
        ),
        (
            "($f := function($x) { 1 + $f($x + 1) }; $f(0))",
            ": Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive",
        ),
        // The value is null in jsonata-js, which writes infinity so in JSON. Not measured on AWS.
        ("1/0+1", ". D1001: Number out of range: null"),
        // The list was sorted by the first two, whichever jsonata-js compares. Not measured on AWS.
        ("[1, 2, 'a']^($)", ". T2007: Type mismatch when comparing values 2 and \"a\" in order-by clause"),
        (
            "[$states.input.n..2]",
            ". T2003: The left side of the range operator (..) must evaluate to an integer",
        ),
        // The function that is called back is named, as in jsonata-js.
        ("$map(['a'], $abs)", ". T0410: Argument 1 of function \"abs\" does not match function signature"),
        ("$error('T1006: mine')", ". D3137: T1006: mine"),
    ] {
        check_error(expression, &format!("threw an error during evaluation{expected}"));
    }
}

/// From floci's `JsonataEvaluatorTest` and sfnx's tests, both measured on AWS, unless something else is said.
#[test]
fn functions_of_step_functions_fail_as_there() {
    let fails = |expression: &str, code: &str| {
        check_error(expression, &format!("threw an error during evaluation. {code}"));
    };
    for (expression, index, name) in [
        ("$random(1, 2)", 2, "random"),
        ("$random('a')", 1, "random"),
        ("$random(null)", 1, "random"),
        ("$uuid('s')", 1, "uuid"),
        ("$hash(42, 'MD5')", 1, "hash"),
        ("$hash()", 1, "hash"),
        ("$hash('a', 5)", 2, "hash"),
        ("$hash('a', 'MD5', 'x')", 3, "hash"),
        ("$parse(null)", 1, "parse"),
        ("$parse('{}', 1)", 2, "parse"),
        ("$range(1)", 2, "range"),
        ("$range('a', 5, 1)", 1, "range"),
        ("$range(1, 5, null)", 3, "range"),
        ("$range(1, 5, 1, 'x')", 4, "range"),
        ("$partition([1, 2, 3], '2')", 2, "partition"),
        ("$partition([1, 2, 3], 2, 'x')", 3, "partition"),
        ("$now(1)", 1, "now"),
    ] {
        let text =
            format!("T0410: Argument {index} of function \"{name}\" does not match function signature");
        fails(expression, &text);
    }
    let hash = |name: &str| {
        format!("D3137: Hash algorithm '{name}' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5")
    };
    fails("$hash('a', 'md5')", &hash("md5"));
    fails("$hash('a', $none)", &hash("null"));
    fails("$partition([1, 2, 3], -1)", "D3137: Second argument must be zero or greater");
    for list in ["null", "'x'", "1"] {
        let text = "T0412: Argument 1 of function \"partition\" must be an array of undefined";
        fails(&format!("$partition({list}, 2)"), text);
    }
    // floci: the text begins so. Whether there is more to it on AWS is not known.
    for text in ["x", "", "  ", "1e400", "[1] [2]", "{\"a\":1,\"a\":2}"] {
        fails(&format!("$parse('{text}')"), "D3137: Invalid JSON");
    }
    // floci issue 2736: an identifier follows. How it is set off is not known.
    let internal = evaluate("$base64decode('!!!')").unwrap_err().to_string();
    let (_, id) = internal.split_once("threw an internal error during evaluation. ").unwrap();
    assert_eq!(id.len(), 36);
}

/// From the same sources.
#[test]
fn functions_of_step_functions_give_what_they_give_there() {
    check("$random(42)", json!(0.727_563_680_032_868_1));
    check("$random(0.9)", json!(0.730_967_787_376_657));
    check("$random(7)", json!(0.730_699_042_060_042_1));
    check("$partition([1, 2, 3])", json!([[1, 2, 3]]));
    check("$partition([], $none)", json!([[]]));
    check("$partition([1, 2, 3, 4, 5], 2.9)", json!([[1, 2], [3, 4], [5]]));
    check("$base64decode('YWI')", json!("ab"));
    check("$base64decode('YWI=')", json!("ab"));
    check("$decodeUrl('a+b%20c')", json!("a+b c"));
    check("$decodeUrlComponent('a+b%20c%2f')", json!("a b c/"));
    check("$decodeUrlComponent('%ff')", json!("\u{fffd}"));
    check("$map(['{\"a\":1}', '{\"a\":2}'], $parse).a", json!([1, 2]));
    check("$exists($parse('null'))", json!(true));
    check("'[1]' ~> $parse", json!([1]));
    check("'[1]' ~> $parse()", json!([1]));
    check("($p := $parse(?); $p('[1]'))", json!([1]));
    check("($p := $parse; $p('[1]'))", json!([1]));
    check("['a'].$hash($, 'MD5')", json!("0cc175b9c0f1b6a831c399e269772661"));
    check("$parseInteger('abc', '0')", json!("NaN"));
    check("$string(1e20)", json!("100000000000000000000"));
    check("('%20' ~> $decodeUrl) & ['%21'].$decodeUrl() & $map(['%22'], $decodeUrlComponent)", json!(" !\""));
    check("($parse := function($x) { $x }; $map([1, 2], $parse))", json!([1, 2]));
    check("$count($map([1, 2], $random))", json!(2));
    for nothing in [
        "$parse()",
        "$parse($none)",
        "$hash('a')",
        "$hash($none, 'MD5')",
        "$partition([], 2)",
        "$partition([1], 0)",
        "$partition([1], -0.5)",
        "$partition($none, 2)",
        "$range(1, 5)",
        "$range($none, 3, 1)",
        "$range(5, 1, 1)",
        "$range(1, 5, 0)",
    ] {
        check_error(nothing, "returned nothing (undefined).");
    }
}

/// Codes of errors that are found in the tree, which the evaluator's parser looks for.
const LATER: &[&str] = &["S0209", "S0210", "S0213", "S0215", "S0216", "S0217"];

/// An expression of jsonata-js's own suite, if it is beside this repository, follows the grammar if jsonata-js takes it.
#[test]
fn the_grammar_takes_what_jsonata_js_takes() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");
    let folder =
        std::env::var_os("AMENDS_CONFORMANCE").map_or_else(|| beside.into(), std::path::PathBuf::from);
    let Ok(groups) = std::fs::read_dir(folder.join("jsonata/groups")) else {
        let _ = writeln!(std::io::stderr(), "NOT RUN: no JSONata suite (set AMENDS_CONFORMANCE)");
        return;
    };
    let mut refused = Vec::new();
    for file in groups.flat_map(|group| std::fs::read_dir(group.unwrap().path()).unwrap()) {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let cases = match serde_json::from_str(&text) {
            Ok(Value::Array(cases)) => cases,
            Ok(case) => vec![case],
            Err(_) => continue,
        };
        for case in &cases {
            let Some(source) = case.get("expr").and_then(Value::as_str) else { continue };
            let code = case.get("code").or(case.pointer("/error/code")).and_then(Value::as_str);
            let fault = grammar::fault(source);
            let is_early = code.is_some_and(|code| code.starts_with('S') && !LATER.contains(&code));
            if fault.is_some() != is_early {
                refused.push(format!("{source}\n    {code:?} {fault:?}"));
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
