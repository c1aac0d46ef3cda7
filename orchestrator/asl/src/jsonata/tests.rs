//! What expressions give, as recorded from Step Functions.

mod catalogue;
mod guarded;
mod memory;

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{Expression, Kind, Problem};
use crate::environment::{Environment, States};
use crate::evaluation_error::EvaluationError;
use crate::path::ContextObject;

/// Variables `x` and `list`, and a context object with a name.
struct World {
    x: Value,
    list: Value,
}

impl ContextObject for World {
    fn field(&self, _: &str, _: &str) -> Option<Cow<'_, Value>> {
        None
    }

    fn whole(&self) -> Value {
        json!({"State": {"Name": "S"}})
    }
}

impl Environment for World {
    fn variable(&self, name: &str) -> Option<&Value> {
        match name {
            "x" => Some(&self.x),
            "list" => Some(&self.list),
            _ => None,
        }
    }

    fn random(&self) -> u64 {
        42
    }

    fn now_millis(&self) -> i64 {
        1_700_000_000_123
    }
}

fn parse(source: &str) -> Expression {
    match Expression::parse(source, "Output/v", true) {
        Ok(expression) => expression,
        Err(Problem::Invalid(message)) => panic!("{source}: {message}"),
        Err(Problem::Unsupported(messages)) => panic!("{source}: {messages:?}"),
    }
}

fn evaluate(source: &str) -> Result<Value, EvaluationError> {
    let (input, result) = (json!({"a": [1, 2, 3], "n": null, "one": [0]}), json!({"r": 1}));
    let world = World { x: json!(42), list: json!([3, 1, 2]) };
    parse(source).evaluate(&States::of(&input).with_result(&result), &world)
}

fn check(source: &str, expected: Value) {
    assert_eq!(evaluate(source), Ok(expected), "{source}");
}

fn check_error(source: &str, what: &str) {
    let error = evaluate(source).unwrap_err();
    let cause = format!("The JSONata expression '{source}' specified for the field 'Output/v' {what}");
    assert_eq!((error.to_string(), error.location()), (cause, Some("Output/v")));
    assert_eq!(error.error_name(), "States.QueryEvaluationError");
}

#[test]
fn data_context_and_variables_are_at_hand() {
    check("$sum($states.input.a) + $x", json!(48));
    check("$states.result.r", json!(1));
    check("$states.context.State.Name", json!("S"));
    check("$states.input.n", json!(null));
    check("$states.input.one", json!([0]));
    check("$states.input", json!({"a": [1, 2, 3], "n": null, "one": [0]}));
    check("$sort($list)", json!([1, 2, 3]));
    check("$variable := 1", json!(1));
    check("{'a': $states.input.a[0], 'gone': $states.input.gone}", json!({"a": 1}));
    check(
        "$states",
        json!({"input": {"a": [1, 2, 3], "n": null, "one": [0]}, "context": {"State": {"Name": "S"}}, "result": {"r": 1}}),
    );
    check("0.1 + 0.2 > 0.3 ? 1.5 : 2.0", json!(1.5));
    check("[1..3].($ * 2)", json!([2, 4, 6]));
}

#[test]
fn functions_of_step_functions() {
    check("$partition([0, 1, 2], 2)", json!([[0, 1], [2]]));
    check("$partition([0], 5)", json!([[0]]));
    check("$range(0, 9, 3)", json!([0, 3, 6, 9]));
    check("$range(1, 1, 1)", json!(1));
    check("$range(-1.7, 0, 1)", json!([-1, 0]));
    check("$hash('input data', 'SHA-1')", json!("aaff4a450a104cd177d28d18d74485e8cae074b7"));
    check("$parse('{\"Arg1\": 1, \"Arg2\": []}')", json!({"Arg1": 1, "Arg2": []}));
    check("$parse('-0')", json!(0));
    check("$random(3) = $random(3)", json!(true));
    check("$uuid() = $uuid()", json!(false));
    check("$length($uuid())", json!(36));
    check("$now()", json!("2023-11-14T22:13:20.123Z"));
    check("$now('[Y0001]')", json!("2023"));
    check("$millis()", json!(1_700_000_000_123_i64));
    check("$map([1, 2], function($v) { $string($v) })", json!(["1", "2"]));
}

#[test]
fn what_goes_wrong_is_said_as_step_functions_says_it() {
    check_error("$doesNotExist", "returned nothing (undefined).");
    check_error("$range(1, 5)", "returned nothing (undefined).");
    check_error("$fn := function($x){$x}", "returned an unsupported result type.");
    let not_a_function = "threw an error during evaluation. T1006: Attempted to invoke a non-function";
    check_error("$randomSeeded($states.input.a)", not_a_function);
    check_error("$eval('1')", not_a_function);
    check_error(
        "$range(1, 360146, 1)",
        "threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage",
    );
}

#[test]
fn a_result_that_nests_without_end_is_too_large() {
    let nested = |times: usize| format!("$reduce([1..{times}], function($all, $each) {{ {{'a': $all}} }})");
    assert!(evaluate(&nested(50)).is_ok());
    let error = evaluate(&nested(20_000)).unwrap_err();
    assert!(
        error.to_string().ends_with("memory limit exceeded: Check for excessive memory usage"),
        "{error}"
    );
}

#[test]
fn a_value_of_another_kind_is_named() {
    let world = World { x: json!({"foo": "bar"}), list: json!([]) };
    let input = json!({});
    let error = |source: &str| {
        let evaluated = parse(source).evaluate_to(Kind::Array, &States::of(&input), &world);
        let cause = evaluated.unwrap_err().to_string();
        cause.split_once("returned ").unwrap().1.to_owned()
    };
    assert_eq!(
        error("$x"),
        "an unexpected result type. Expected 'array', but was 'object' for value: {\"foo\":\"bar\"}"
    );
    assert_eq!(error("null"), "an unexpected result type. Expected 'array', but was 'null' for value: null");
    assert_eq!(
        error("'string'"),
        "an unexpected result type. Expected 'array', but was 'string' for value: \"string\""
    );
}

#[test]
fn depth_is_limited_as_step_functions_limits_it() {
    let sum = |terms: usize| vec!["1"; terms].join("+");
    check(&sum(100), json!(100));
    assert!(evaluate(&sum(101)).unwrap_err().to_string().contains("evaluation: Stack overflow error"));
    let recursion = |n: usize| format!("($f := function($n) {{ $n = 0 ? 0 : 1 + $f($n - 1) }}; $f({n}))");
    check(&recursion(31), json!(31));
    assert!(evaluate(&recursion(32)).is_err());
    let brackets = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
    check(&brackets(99), json!(1));
    assert!(evaluate(&brackets(100)).is_err());
}

#[test]
fn variables_are_what_an_expression_needs_from_outside() {
    let variables = |source: &str| parse(source).variables().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(variables("$x + $states.input.a + $sum($list)"), ["list", "x"]);
    assert_eq!(variables("($y := $x; $map($list, function($v) { $v + $y }))"), ["list", "x"]);
    assert!(variables("$not($states.input.done)").is_empty());
    assert!(variables("$reduce($states.input.a, $append)").is_empty());
}
