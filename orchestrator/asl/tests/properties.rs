//! Whatever somebody sends as a definition, a path or data: it is read or refused, never a panic.

use amends_asl::{Instant, NoContext, Path, StateKind, StateMachine, States};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Words of the language, so that random definitions get past the first field.
const WORDS: &[&str] = &[
    "StartAt",
    "States",
    "Type",
    "Task",
    "Pass",
    "Choice",
    "Wait",
    "Succeed",
    "Fail",
    "Map",
    "Next",
    "End",
    "Resource",
    "Parameters",
    "a.$",
    "$.a",
    "$$.State.Name",
    "$.a[?(@.b > 1)]",
    "ResultPath",
    "Retry",
    "Catch",
    "ErrorEquals",
    "States.ALL",
    "Choices",
    "And",
    "Not",
    "Variable",
    "NumericEquals",
    "StringMatches",
    "Seconds",
    "Timestamp",
    "arn:aws:states:::lambda:invoke",
    "2020-01-01T00:00:00Z",
    "MaxAttempts",
    "BackoffRate",
    "QueryLanguage",
    "JSONata",
    "{% $states.input.a %}",
    "{% $x + 1 %}",
    "States.Format('{}', $.a)",
    "$x.y",
    "Items",
    "ItemProcessor",
    "Branches",
    "Assign",
    "Output",
    "Arguments",
    "Condition",
    "Parallel",
    "A",
    "B",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => proptest::sample::select(WORDS).prop_map(str::to_owned), 1 => ".{0,8}"]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(word(), inner, 0..6).prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
}

/// A definition that has everything, for parts of it to be replaced.
fn sound() -> Value {
    json!({
        "StartAt": "A", "TimeoutSeconds": 60,
        "States": {
            "A": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "InputPath": "$.in",
                "Parameters": {"FunctionName": "f", "Payload": {"x.$": "$.y", "z": [{"w.$": "$$.State.RetryCount"}]}},
                "ResultSelector": {"p.$": "$.Payload"}, "ResultPath": "$.out", "TimeoutSeconds": 9,
                "HeartbeatSecondsPath": "$.hb",
                "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxDelaySeconds": 5,
                    "BackoffRate": 1.5, "JitterStrategy": "FULL"}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "B"}], "Next": "B"
            },
            "B": {
                "Type": "Choice", "Default": "D",
                "Choices": [{"And": [{"Variable": "$.v", "IsPresent": true},
                    {"Not": {"Variable": "$.v", "StringMatches": "a*"}}], "Next": "C"}]
            },
            "C": {"Type": "Wait", "TimestampPath": "$.t", "Next": "E"},
            "D": {"Type": "Fail", "ErrorPath": "$.e", "Cause": "c"},
            "E": {"Type": "Pass", "Result": {"r": 1}, "Next": "F"},
            "F": {"Type": "Succeed", "OutputPath": null}
        }
    })
}

/// Replaces the `which`-th value within `value`.
fn replace(value: &mut Value, which: &mut usize, with: &Value) {
    if *which == 0 {
        *value = with.clone();
        *which = usize::MAX;
        return;
    }
    *which -= 1;
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, which, with)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, which, with)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

const INTRINSICS: &str = "Array ArrayPartition ArrayContains ArrayRange ArrayGetItem ArrayLength ArrayUnique \
    Base64Encode Base64Decode Hash JsonMerge StringToJson JsonToString MathRandom MathAdd StringSplit Format";

const FUNCTIONS: &str = "abs append average base64decode base64encode boolean ceil contains count decodeUrl \
    decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger \
    formatNumber fromMillis join keys length lookup lowercase map match max merge min not number pad parseInteger power \
    random range reduce replace reverse round shuffle sift single sort split spread sqrt string substring \
    substringAfter substringBefore sum toMillis trim type uppercase zip assert parse partition hash now";

/// One of the words of a text.
fn one_of(words: &'static str) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(words.split_whitespace().collect::<Vec<_>>())
}

/// What functions may not expect: numbers at the edge of what there is, pictures and patterns.
fn argument() -> impl Strategy<Value = Value> {
    let numbers = [0.0, -0.0, 1.0, -1.0, 0.5, 2e9, -2e9, 9e15, 1e19, 1e300, -1e308, f64::MIN_POSITIVE];
    let texts = [
        "",
        "I",
        "w",
        "Ww;o",
        "#,##0.00",
        "[Y,9-99]-[M01]T[H#1]",
        "0.0e0",
        "%E0%A4%A",
        "ß\u{1F600}",
        "[[]",
        "$1",
    ];
    prop_oneof![
        2 => json_value(),
        1 => proptest::sample::select(numbers.to_vec()).prop_map(Value::from),
        1 => proptest::sample::select(texts.to_vec()).prop_map(Value::from),
    ]
}

/// Evaluates the state's one template, if the state is read.
fn run(state: &Value, input: &Value) {
    if let Ok(machine) = StateMachine::from_value(&json!({"StartAt": "A", "States": {"A": state}})) {
        let state = machine.state(machine.start());
        let StateKind::Pass(pass) = &state.kind else { panic!("a Pass state") };
        if let Some(template) = state.output.as_ref().or(pass.parameters.as_ref()) {
            let _ = template.evaluate(&States::of(input), &NoContext);
        }
    }
}

#[test]
fn the_sound_definition_is_sound() {
    StateMachine::from_value(&sound()).unwrap();
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(definition in json_value()) {
        let _ = StateMachine::from_value(&definition);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = StateMachine::parse(&text);
    }

    #[test]
    fn a_sound_definition_with_any_part_replaced_is_read_or_refused(mut which in 0..80_usize, with in json_value()) {
        let mut definition = sound();
        replace(&mut definition, &mut which, &with);
        if let Err(error) = StateMachine::from_value(&definition) {
            prop_assert!(!error.diagnostics().is_empty(), "a refusal says why");
        }
    }

    #[test]
    fn any_path_is_read_or_refused_and_finds_something_or_nothing(
        path in r#"\$\$?([.]{1,2}([a-c*]|)|\[(-?[0-9]|'[a-c]'|\*|[0-9]?:[0-9]?(:[0-9])?|\?\(@[.][a-c] ?[<>=!]{0,2} ?[0-9]?\))\]?){0,5}"#,
        input in json_value(),
    ) {
        if let Ok(path) = path.parse::<Path>() {
            let _ = path.evaluate(&input, &NoContext);
        }
    }

    #[test]
    fn a_state_with_any_expression_or_call_is_read_or_refused(
        text in prop_oneof![
            "States[.](Format|MathAdd|Array|StringSplit)[(]('[{}a\\\\]{0,4}'|[$][.a]{0,3}|[, ()0-9.-]|States[.]UUID[(][)]){0,6}[)]",
            "[{]% [$a-c.()\\[\\]{}:;,+*/<>=!?&|~^@#%'\"0-9 ]{0,30} %[}]",
        ],
        input in json_value(),
    ) {
        let by_path = json!({"Type": "Pass", "Parameters": {"x.$": text}, "End": true});
        let by_query = json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": text, "End": true});
        run(&by_path, &input);
        run(&by_query, &input);
    }

    #[test]
    fn any_function_takes_or_refuses_any_arguments(
        intrinsic in one_of(INTRINSICS), function in one_of(FUNCTIONS), arguments in vec(argument(), 0..4),
    ) {
        let call = |name: String, each: &str| {
            let given: Vec<_> = (0..arguments.len()).map(|index| format!("{each}[{index}]")).collect();
            format!("{name}({})", given.join(", "))
        };
        let by_path = call(format!("States.{intrinsic}"), "$");
        let by_query = format!("{{% {} %}}", call(format!("${function}"), "$states.input"));
        let input = Value::from(arguments.clone());
        run(&json!({"Type": "Pass", "Parameters": {"x.$": by_path}, "End": true}), &input);
        run(&json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": by_query, "End": true}), &input);
    }

    #[test]
    fn any_text_is_a_path_or_not(text in "\\$.{0,40}") {
        let _ = text.parse::<Path>();
    }

    #[test]
    fn any_text_is_a_timestamp_or_not(text in "[0-9TZ:.+-]{0,40}") {
        let _ = Instant::parse(&text).map(Instant::as_micros);
    }
}
