//! What the functions return, as recorded from Step Functions.

use serde_json::{Value, json};

use super::Intrinsic;
use crate::environment::Environment;
use crate::path::{ContextObject, NoContext};

fn evaluate(call: &str, input: &Value) -> Result<Value, String> {
    let intrinsic = Intrinsic::parse(call).unwrap_or_else(|| panic!("{call}"));
    intrinsic.evaluate(input, &NoContext).map_err(|error| error.to_string())
}

fn check(call: &str, input: Value, expected: Value) {
    assert_eq!(evaluate(call, &input), Ok(expected), "{call} {input}");
}

fn check_invalid(call: &str, input: Value) {
    let name = call.split('(').next().unwrap();
    let cause = format!("The function '{call}' had the following error: Invalid arguments in {name}");
    assert_eq!(evaluate(call, &input), Err(cause));
}

#[test]
fn lists() {
    check("States.Array()", json!({}), json!([]));
    check("States.Array('a', 1, null, $.x)", json!({"x": {"y": []}}), json!(["a", 1, null, {"y": []}]));
    check("States.ArrayPartition($.a, 2)", json!({"a": [1, 2, 3]}), json!([[1, 2], [3]]));
    check("States.ArrayContains($, 5)", json!([4, 5]), json!(true));
    check("States.ArrayRange(1, 10, 2)", json!({}), json!([1, 3, 5, 7, 9]));
    check("States.ArrayRange(5, 1, -2)", json!({}), json!([5, 3, 1]));
    check("States.ArrayRange(5, 1, 1)", json!({}), json!([]));
    check("States.ArrayRange(1.6, 1.4, 1)", json!({}), json!([1]));
    check("States.ArrayRange(5.4, -0.6, -2.4)", json!({}), json!([5, 3, 1]));
    check("States.ArrayGetItem($, 2)", json!([1, 2, 3]), json!(3));
    check("States.ArrayLength($)", json!([1, 1]), json!(2));
    check("States.ArrayUnique($)", json!([1, 2, 1, [1], [1]]), json!([1, 2, [1]]));
    check("States.ArrayGetItem($, 3)", json!([1, 2, 3]), json!(null));
    check_invalid("States.ArrayRange(1, 1001, 1)", json!({}));
    check_invalid("States.ArrayRange(1, 10, 0.49)", json!({}));
    check_invalid("States.ArrayPartition($, 0.6)", json!([1]));
    check_invalid("States.ArrayLength($)", json!("text"));
}

#[test]
fn a_long_list_is_freed_of_duplicates_and_a_huge_result_is_refused() {
    let list: Vec<i32> = (0..300_000).collect();
    check("States.ArrayLength(States.ArrayUnique($))", json!(list), json!(300_000));
    let list: Vec<Value> = (0..100).map(|number| json!({"a": number, "b": 1})).collect();
    check("States.ArrayLength(States.ArrayUnique($))", json!([list, list]), json!(1));
    let text = json!("x".repeat(100_000));
    let arguments = vec!["$"; 1000].join(", ");
    check_invalid(&format!("States.Array({arguments})"), text.clone());
    let template = "{}".repeat(1000);
    check_invalid(&format!("States.Format('{template}', {arguments})"), text);
}

#[test]
fn texts() {
    check("States.Base64Encode('Data to encode')", json!({}), json!("RGF0YSB0byBlbmNvZGU="));
    check("States.Base64Decode('SGVsbG8gV29ybGQ=')", json!({}), json!("Hello World"));
    check("States.Hash('input data', 'SHA-1')", json!({}), json!("aaff4a450a104cd177d28d18d74485e8cae074b7"));
    check("States.Hash('input data', 'MD5')", json!({}), json!("812f45842bc6d66ee14572ce20db8e86"));
    check("States.StringSplit($, ',')", json!(", , ,"), json!([" ", " "]));
    check(
        "States.StringSplit($, '.+,=')",
        json!("This.is+a,test=string"),
        json!(["This", "is", "a", "test", "string"]),
    );
    check("States.StringSplit('Hello\nWorld', '\n')", json!({}), json!(["Hello", "World"]));
    check_invalid("States.Hash('a', 'sha-1')", json!({}));
    check("States.Base64Decode('abc')", json!({}), json!("i\u{fffd}"));
    check("States.Base64Decode($)", json!(" SGVs\nbG8!=x"), json!("Hello"));
    check("States.Base64Decode('4pyT-_8')", json!({}), json!("\u{2713}\u{fffd}\u{fffd}"));
    check("States.Hash(123, 'MD5')", json!({}), json!("202cb962ac59075b964b07152d234b70"));
    check("States.Hash($, 'MD5')", json!({"a": 1}), json!("bb6cb5c68df4652941caf652a366f2d8"));
    check_invalid("States.Base64Encode($)", json!("x".repeat(10_001)));
}

#[test]
fn templates_write_values_as_java_does() {
    let input = json!({"a": {"Arg1": 1, "Arg2": ["x", null]}, "t": "{}-{}"});
    check(
        "States.Format('fst={} snd={}.', $.a, 1.5)",
        input.clone(),
        json!("fst={Arg1=1, Arg2=[x, null]} snd=1.5."),
    );
    check("States.Format($.t, true, '')", input.clone(), json!("true-"));
    check(r"States.Format('\{{}\} it\'s \\', 1)", input, json!(r"{1} it's \"));
    let cause = "The function 'States.Format('{}')' had the following error: Invalid arguments in States.Format: \
                 number of arguments do not match the occurrences of {}.";
    assert_eq!(evaluate("States.Format('{}')", &json!({})), Err(cause.to_owned()));
}

#[test]
fn json_and_numbers() {
    check("States.StringToJson($)", json!("{\"a\": [1]}"), json!({"a": [1]}));
    check("States.JsonToString($)", json!({"b": 1, "a": "x"}), json!("{\"b\":1,\"a\":\"x\"}"));
    check(
        "States.JsonMerge($.l, $.r, false)",
        json!({"l": {"a": {"x": 1}, "b": 2}, "r": {"a": {"y": 1}}}),
        json!({"a": {"y": 1}, "b": 2}),
    );
    for (left, right, sum) in [(1.5, 1.51, 4), (-1.5, -1.51, -3), (-0.5, 0.5, 1), (1.49, -1.49, 0)] {
        check("States.MathAdd($.l, $.r)", json!({"l": left, "r": right}), json!(sum));
    }
    check("States.MathRandom(12.5, 13.51)", json!({}), json!(12));
    assert_eq!(
        evaluate("States.MathRandom(0, 999, 3)", &json!({})),
        evaluate("States.MathRandom(0, 999, 3)", &json!(1))
    );
    check_invalid("States.JsonMerge($, $, true)", json!({}));
    check("States.StringToJson($)", json!(""), json!(null));
    check_invalid("States.StringToJson($)", json!("{"));
    check_invalid("States.MathAdd($, 1)", json!(2_147_483_647));
    check_invalid("States.MathRandom(1, 1)", json!({}));
}

#[test]
fn calls_nest_and_an_error_names_the_outermost() {
    check("States.ArrayGetItem(States.StringSplit($.n, '-'), 0)", json!({"n": "a-b"}), json!("a"));
    let call = "States.Format('{}', States.ArrayLength($.nope))";
    let cause = format!(
        "The function '{call}' had the following error: The JsonPath argument for the field '$.nope' could not be \
         found in the input '{{\"other\":1}}'"
    );
    assert_eq!(evaluate(call, &json!({"other": 1})), Err(cause));
    let nest = |depth: usize| format!("{}States.UUID(){}", "States.Array(".repeat(depth), ")".repeat(depth));
    assert!(Intrinsic::parse(&nest(9)).is_some());
    assert!(Intrinsic::parse(&nest(10)).is_none());
}

#[test]
fn variables_are_arguments_too() {
    struct Two(Value);
    impl ContextObject for Two {
        fn field(&self, _: &str, _: &str) -> Option<std::borrow::Cow<'_, Value>> {
            None
        }
        fn whole(&self) -> Value {
            json!({})
        }
    }
    impl Environment for Two {
        fn variable(&self, name: &str) -> Option<&Value> {
            (name == "two").then_some(&self.0)
        }
        fn random(&self) -> u64 {
            7
        }
        fn now_millis(&self) -> i64 {
            0
        }
    }
    let call = Intrinsic::parse("States.MathAdd($two[0].n, 1)").unwrap();
    assert_eq!(call.evaluate(&json!({}), &Two(json!([{"n": 2}]))), Ok(json!(3)));
    assert_eq!(call.paths().filter_map(crate::path::Path::variable).collect::<Vec<_>>(), ["two"]);
}
