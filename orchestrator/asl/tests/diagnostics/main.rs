//! What is wrong with a definition is said, with its place.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod measured;

use amends_asl::{DiagnosticCode, MachineType, StateMachine};
use serde_json::{Value, json};

/// The definition's one fault, as `CODE: message at /place`.
fn check(definition: &Value, expected: &str) {
    let error = StateMachine::from_value(definition).expect_err(expected);
    assert_eq!(error.to_string(), expected);
}

/// A machine of one state.
fn one(state: Value) -> Value {
    json!({"StartAt": "A", "States": {"A": state}})
}

/// A machine of one Task with further fields.
fn task(fields: Value) -> Value {
    let resource = "arn:aws:states:::lambda:invoke";
    let parameters = json!({"FunctionName": "f"});
    let mut state = json!({"Type": "Task", "Resource": resource, "Parameters": parameters, "End": true});
    for (name, value) in fields.as_object().unwrap() {
        state[name] = value.clone();
    }
    one(state)
}

#[test]
fn missing_and_unknown_fields_are_named() {
    check(&json!({}), "SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /");
    check(
        &one(json!({"End": true})),
        "SCHEMA_VALIDATION_FAILED: These fields are required: [Type] at /States/A",
    );
    check(
        &one(json!({"Type": "Pass", "End": true, "Nxt": "B"})),
        "SCHEMA_VALIDATION_FAILED: Field 'Nxt' is not supported at /States/A",
    );
    check(
        &one(json!({"Type": "Pass"})),
        "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, End] at /States/A",
    );
    check(
        &task(json!({"Retry": [{"ErrorEquals": ["E"], "Interval": 1}]})),
        "SCHEMA_VALIDATION_FAILED: Field 'Interval' is not supported at /States/A/Retry[0]",
    );
}

#[test]
fn a_name_is_one_states_in_the_whole_machine() {
    let pass = json!({"Type": "Pass", "End": true});
    let inner = json!({"StartAt": "B", "States": {"B": pass}});
    check(
        &json!({"StartAt": "A", "States": {
            "A": {"Type": "Map", "ItemProcessor": inner, "Next": "B"},
            "B": pass,
        }}),
        "DUPLICATE_STATE_NAME: Duplicate State name: B at /States/A/ItemProcessor/States/B",
    );
    check(
        &one(json!({"Type": "Parallel", "Branches": [inner, inner], "End": true})),
        "DUPLICATE_STATE_NAME: Duplicate State name: B at /States/A/Branches[1]/States/B",
    );
}

#[test]
fn transitions_lead_somewhere_and_to_every_state() {
    check(
        &json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "C"}, "B": {"Type": "Pass", "End": true}}}),
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next, \
         MISSING_TRANSITION_TARGET: State \"B\" is not reachable. at /States/B",
    );
    check(
        &json!({"StartAt": "X", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}),
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /StartAt, \
         MISSING_TRANSITION_TARGET: State \"A\" is not reachable. at /States/A",
    );
    check(
        &task(json!({"Catch": [{"ErrorEquals": ["E"], "Next": "X"}]})),
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/A/Catch[0]/Next",
    );
}

#[test]
fn a_machine_can_end() {
    check(
        &json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}),
        "MISSING_END_STATE: Workflow has no terminal state at null",
    );
    check(
        &one(json!({"Type": "Pass", "Next": "X"})),
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/A/Next, \
         MISSING_END_STATE: Workflow has no terminal state at null",
    );
}

#[test]
fn fields_of_the_other_query_language_are_refused() {
    check(
        &one(json!({"Type": "Pass", "Output": 1, "End": true})),
        "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for \
         the 'JSONata' QueryLanguage at /States/A",
    );
    check(
        &one(json!({"Type": "Nap"})),
        "SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, \
         Fail, Choice, Parallel, Map] at /States/A/Type",
    );
}

#[test]
fn values_are_of_the_right_kind_and_size() {
    check(
        &task(json!({"TimeoutSeconds": 0})),
        "SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/A/TimeoutSeconds",
    );
    check(
        &task(json!({"TimeoutSeconds": 5, "HeartbeatSeconds": 5})),
        "SCHEMA_VALIDATION_FAILED: Value must be smaller than TimeoutSeconds at /States/A/HeartbeatSeconds",
    );
    check(
        &task(json!({"Retry": [{"ErrorEquals": ["E"], "BackoffRate": 0.5}]})),
        "SCHEMA_VALIDATION_FAILED: Minimum value is 1.0 at /States/A/Retry[0]/BackoffRate",
    );
    check(
        &task(json!({"Catch": {}})),
        "SCHEMA_VALIDATION_FAILED: Expected value of type Array at /States/A/Catch",
    );
    check(
        &one(json!({"Type": "Wait", "Timestamp": "2016-12-05T21:29:29", "End": true})),
        "SCHEMA_VALIDATION_FAILED: String does not match RFC3339 timestamp at /States/A/Timestamp",
    );
}

#[test]
fn wildcards_stand_alone_and_last() {
    check(
        &task(json!({"Retry": [{"ErrorEquals": ["States.ALL", "E"]}]})),
        "SCHEMA_VALIDATION_FAILED: States.ALL must appear alone and at end of list at \
         /States/A/Retry[0]/ErrorEquals",
    );
    check(
        &task(json!({"Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}]})),
        "SCHEMA_VALIDATION_FAILED: States.ALL must appear alone and at end of list at \
         /States/A/Retry[0]/ErrorEquals",
    );
}

#[test]
fn paths_are_paths_and_reference_paths_where_one_place_is_meant() {
    check(
        &task(json!({"InputPath": "a"})),
        "SCHEMA_VALIDATION_FAILED: Value must be a valid JSONPath. at /States/A/InputPath",
    );
    check(
        &task(json!({"ResultPath": "$.a[*]"})),
        "SCHEMA_VALIDATION_FAILED: Value is not a Reference Path at /States/A/ResultPath",
    );
    check(
        &task(json!({"Parameters": {"FunctionName": "f", "a.$": 1}})),
        "SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic \
         function call at /States/A/Parameters",
    );
}

#[test]
fn an_intrinsic_function_is_one_and_has_its_arguments() {
    for wrong in [
        "States.Nothing()",
        "States.Format('a",
        "States.Format('a',)",
        "States.Format()",
        "States.UUID(1)",
        "States.MathAdd(1)",
        r#"States.Format('\"')"#,
        "States.Array(a)",
        "States.Array($.)",
        "States.Array()x",
    ] {
        check(
            &one(json!({"Type": "Pass", "Parameters": {"x.$": wrong}, "End": true})),
            "SCHEMA_VALIDATION_FAILED: The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic \
             function call at /States/A/Parameters",
        );
    }
}

#[test]
fn a_jsonata_state_has_the_fields_of_jsonata() {
    let state = |fields: Value| {
        let mut state = json!({"Type": "Pass", "QueryLanguage": "JSONata", "End": true});
        state.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        one(state)
    };
    check(
        &state(json!({"ResultPath": "$.a"})),
        "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'ResultPath' is only supported \
         for the 'JSONPath' QueryLanguage at /States/A",
    );
    check(
        &state(json!({"QueryLanguage": "SQL"})),
        "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [JSONPath, JSONata] at \
         /States/A/QueryLanguage",
    );
    check(
        &json!({"QueryLanguage": "JSONata", "StartAt": "A",
            "States": {"A": {"Type": "Pass", "QueryLanguage": "JSONPath", "End": true}}}),
        "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine \
         at /States/A",
    );
    check(
        &state(json!({"Output": {"v": "{% phone[1,2) %}"}})),
        "INVALID_JSONATA_EXPRESSION: Expected \"]\", got \",\" at /States/A/Output/v",
    );
    check(
        &state(json!({"Output": {"v": ["{% $states.input.a + phone %}"]}})),
        "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at \
         /States/A/Output/v[0]",
    );
    check(
        &state(json!({"Output": "{% $$.a %}"})),
        "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported. at /States/A/Output",
    );
    check(
        &state(json!({"Output": "{% $states.errorOutput %}"})),
        "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$states.errorOutput' is not supported. at /States/A/Output",
    );
    for accepted in [
        "$states.input.items[value > 3].name",
        "$undefined.a",
        "$map($states.input.a, function($v) { $v.b })",
    ] {
        StateMachine::from_value(&state(json!({"Output": format!("{{% {accepted} %}}")}))).unwrap();
    }
}

#[test]
fn states_within_states_are_held_to_the_same_rules() {
    let inner = |state: Value| json!({"StartAt": "B", "States": {"B": state}});
    check(
        &one(json!({"Type": "Parallel", "Branches": [], "End": true})),
        "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/A/Branches",
    );
    check(
        &one(json!({"Type": "Parallel", "Branches": [inner(json!({"Type": "Pass"}))], "End": true})),
        "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, End] at \
         /States/A/Branches[0]/States/B",
    );
    check(
        &one(
            json!({"Type": "Map", "ItemProcessor": inner(json!({"Type": "Pass", "Next": "A"})), "End": true}),
        ),
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: A at /States/A/ItemProcessor/States/B/Next, \
         MISSING_END_STATE: Workflow has no terminal state at null",
    );
    check(
        &one(json!({"Type": "Map", "End": true})),
        "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [ItemProcessor, \
         Iterator] at /States/A",
    );
    let mut processor = inner(json!({"Type": "Succeed"}));
    processor["QueryLanguage"] = json!("JSONata");
    check(
        &one(json!({"Type": "Map", "ItemProcessor": processor, "End": true})),
        "SCHEMA_VALIDATION_FAILED: Field 'QueryLanguage' is not supported at /States/A/ItemProcessor",
    );
}

#[test]
fn a_state_is_found_whatever_its_name() {
    for name in ["a/", "a//", "/", "//", "a/b", "~1", "it's \"so\"", "States/A/Next"] {
        let nap = json!({"Type": "Nap"});
        let machine = |state: Value| json!({"StartAt": name, "States": {name: state}});
        let fault = |place: &str| {
            let values = "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]";
            let message = format!("The field 'Type' should have one of these values: {values}");
            format!("SCHEMA_VALIDATION_FAILED: {message} at {place}/Type")
        };
        check(&machine(nap.clone()), &fault(&format!("/States/{name}")));
        let map = json!({"Type": "Map", "ItemProcessor": machine(nap.clone()), "End": true});
        check(&one(map), &fault(&format!("/States/A/ItemProcessor/States/{name}")));
        let parallel = json!({"Type": "Parallel", "Branches": [one(nap)], "End": true});
        check(&machine(parallel), &fault(&format!("/States/{name}/Branches[0]/States/A")));
    }
}

#[test]
fn an_express_machine_waits_for_nobody() {
    let refusal = |resource: &str| {
        let definition = one(json!({"Type": "Task", "Resource": resource, "End": true}));
        let error = StateMachine::from_value_as(MachineType::Express, &definition).unwrap_err();
        error.diagnostics()[0].message.clone()
    };
    assert_eq!(
        refusal("arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
        "Express state machine does not support '.waitForTaskToken' service integration "
    );
    assert_eq!(
        refusal("arn:aws:states:::states:startExecution.sync"),
        "Express state machine does not support '.sync' service integration"
    );
    assert_eq!(
        refusal("arn:aws:states:us-east-1:111111111111:activity:a"),
        "Express state machine does not support Activity ARN"
    );
}

#[test]
fn every_fault_is_reported_at_once() {
    let definition = json!({"StartAt": "X", "States": {
        "A": {"Type": "Wait", "Seconds": -1, "Next": "B"},
        "B": {"Type": "Nap"},
    }});
    let error = StateMachine::from_value(&definition).unwrap_err();
    let found: Vec<_> =
        error.diagnostics().iter().map(|each| (each.code, each.location.as_deref().unwrap())).collect();
    assert_eq!(
        found,
        [
            (DiagnosticCode::MissingTransitionTarget, "/StartAt"),
            (DiagnosticCode::SchemaValidationFailed, "/States/A/Seconds"),
            (DiagnosticCode::SchemaValidationFailed, "/States/B/Type"),
        ]
    );
}
