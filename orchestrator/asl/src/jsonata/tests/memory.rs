//! What would fill the memory, or keep a processor busy for minutes: it is refused, and what is like it is not.

use serde_json::json;

use super::super::limits::{MEMORY_EXCEEDED, TIMEOUT};
use super::{check, check_error, evaluate};

/// The expression is ended for the memory that it takes; on a machine that is slow today, its time may be over before.
fn check_refused(source: &str) {
    let error = evaluate(source).unwrap_err();
    let cause = error.to_string();
    let ends = [MEMORY_EXCEEDED, TIMEOUT];
    assert!(ends.iter().any(|end| cause.ends_with(end)), "{cause}");
    assert_eq!(error.error_name(), "States.QueryEvaluationError");
}

#[test]
fn a_text_does_not_grow_without_end() {
    check_refused("$reduce([1..60], function($all, $each) { $all & $all }, 'x')");
    check_refused("($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f('x', 60))");
    check_refused("$reduce([1..60], function($all, $each) { $join([$all, $all]) }, 'x')");
    check_refused("$reduce([1..60], function($all, $each) { $string([$all]) }, '\"')");
    check_refused("$reduce([1..99], function($all, $each) { $base64encode($all) }, 'x')");
    check("$reduce([1..10], function($all, $each) { $all & $all }, 'x') ~> $length", json!(1024));
    check("'a' & 1 & null & $gone & [1, {'b': true}]", json!("a1null[1,{\"b\":true}]"));
}

#[test]
fn one_call_does_not_make_a_huge_text() {
    for source in [
        "$pad('x', 10000000000)",
        "$pad('x', -1e300)",
        "['x'].$pad(10000000000)",
        "'x' ~> $pad(10000000000)",
        "($f := $pad(?, 10000000000); $f('x'))",
        "($f := $pad; $f('x', 10000000000))",
        "($pad := $pad; $pad('x', 10000000000))",
        "$reduce(['x', 10000000000], $pad)",
        "($s := $pad('', 100000, 'x'); $join([1..100000].($s)))",
        "($s := $pad('', 100000, 'x'); $replace($s, 'x', $s))",
        "($s := $pad('', 100000, 'x'); $replace($s, /x/, $s))",
        "($s := $pad('', 100000, 'x'); $replace($s, /x/, function($m) { $s }))",
        "($s := $pad('', 100000, 'x'); $f := function($m) { $s }; $replace($s, /x/, $f))",
        "($s := $pad('', 100000, 'x'); ['x'].$replace($s, 'x', $s))",
        "($s := $pad('', 10000000, 'ü'); $encodeUrlComponent($s))",
        "$formatInteger(1e15, 'I')",
        "$fromMillis(0, '[D,1000000000]')",
        "$now('[H,1-999999999]')",
    ] {
        check_refused(source);
    }
}

#[test]
fn functions_that_are_watched_do_what_they_did() {
    check("$pad('x', 3, '-') & $pad('x', -3)", json!("x--  x"));
    check("['x', 'y'].$pad(2, '-')", json!(["x-", "y-"]));
    check("'x' ~> $pad(3, '-') ~> $uppercase", json!("X--"));
    check("($f := $pad(?, 3, '-'); $f('x'))", json!("x--"));
    check("$map([1, true], $string)", json!(["1", "true"]));
    check("[1, 2].$string()", json!(["1", "2"]));
    check("$string({'a': [1]}, true)", json!("{\n  \"a\": [\n    1\n  ]\n}"));
    check("($f := $string ~> $uppercase; $f(true))", json!("TRUE"));
    check("($string := function($v) { 'own' }; $string(1))", json!("own"));
    check("$join(['a', 'b'], '-') & $join('c')", json!("a-bc"));
    check("['abc'].$replace('b', 'x')", json!("axc"));
    check("$replace('abc', /(b)/, '$1$1')", json!("abbc"));
    check("$replace('abcb', /b/, function($m) { $m.match & $x }, 1)", json!("ab42cb"));
    check(
        "($f := function($m) { $m.match & $x & $millis() }; $replace('b', /b/, $f))",
        json!("b421700000000123"),
    );
    check("$fromMillis(0, '[Y0001]-[M01]-[D,3-3]')", json!("1970-01-001"));
    check("[0].$fromMillis('[Y0001]') & $fromMillis(0)", json!("19701970-01-01T00:00:00.000Z"));
    check("($match('abc', /b/) ~> $count) & ('abc' ~> $match(/b/)).index", json!("11"));
    check("$formatInteger(1999, 'I')", json!("MCMXCIX"));
    check("$encodeUrlComponent('ä b') & $base64encode('x')", json!("%C3%A4%20beA=="));
    check("$distinct([1, 1, {'a': 1}, {'a': 1}])", json!([1, {"a": 1}]));
    check("$map([[1, 1], [2, 2, 3]], $distinct)", json!([[1], [2, 3]]));
    check("[1, 1, 2] ~> $distinct", json!([1, 2]));
    check_error(
        "$pad(1, 2)",
        "threw an error during evaluation. T0410: Argument 2 of function \"pad\" does not match function signature",
    );
}

#[test]
fn values_that_are_kept_add_up() {
    for source in [
        "$count($map([1..2000], function($i) { [1..800000] }))",
        "($all := [1..800000]; $count($map([1..2000], function($i) { $append($all, 1) })))",
        "($f := function($i) { {'a': [1..800000]} }; $count($map([1..2000], $f)))",
        "($s := $pad('', 100000, 'x'); $count([1..800000].($s & $)))",
        "($s := $pad('', 100000, 'x'); $count([1..800000]^($s & $string($))))",
        "$count($map([1..2000], function($i) { [1..80000].{'a': 1, 'b': 2} }))",
        "($s := $pad('', 100000, 'x'); $count($map([1..2000], function($i) { [$match($s, /x/)] })))",
        "($s := '[' & $pad('', 999999, '[],') & '1]'; $count($map([1..2000], function($i) { $parse($s) })))",
    ] {
        check_refused(source);
    }
    check("$count($map([1..20], function($i) { [1..8000] }))", json!(20));
}

#[test]
fn a_value_that_holds_another_twice_does_not_grow_without_end() {
    for source in [
        "$reduce([1..60], function($all, $each) { [[$all, $all]] }, 'x')",
        "$string($reduce([1..60], function($all, $each) { {'a': $all, 'b': $all} }, 'x'))",
        "($f := function($n) { $reduce([1..$n], function($all, $each) { [[$all, $all]] }, 'x') }; $f(60) = $f(60))",
        "($id := function($v) { $v }; $reduce([1..60], function($all, $each) { [[$id($all), $id($all)]] }, 'x'))",
    ] {
        check_refused(source);
    }
}

#[test]
fn duplicates_are_found_in_a_long_list() {
    check("$count($distinct([1..200000]))", json!(200_000));
    check("$count($distinct([1..20000].{'a': $ % 100}))", json!(100));
}
