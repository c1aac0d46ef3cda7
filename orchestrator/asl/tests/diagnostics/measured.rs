//! Faults as `ValidateStateMachineDefinition` answered in September 2026, by the rules of
//! <https://github.com/badmintoncryer/cdk-preflight> and by floci-io/floci#3733.

use amends_asl::{MachineType, StateMachine};
use serde_json::{Value, json};

use super::{check, one, task};

#[test]
fn of_fields_that_exclude_each_other_one_is_there() {
    let both = |state: Value, fields: &str| {
        let message = format!("There should only be one of the following fields: [{fields}]");
        check(&one(state), &format!("SCHEMA_VALIDATION_FAILED: {message} at /States/A"));
    };
    let (machine, call) = (one(json!({"Type": "Succeed"})), json!({"FunctionName": "f"}));
    let lambda = "arn:aws:states:::lambda:invoke";
    both(json!({"Type": "Pass", "Next": "A", "End": true}), "Next, End");
    both(
        json!({"Type": "Wait", "Seconds": 1, "TimestampPath": "$.t", "End": true}),
        "SecondsPath, Seconds, TimestampPath, Timestamp",
    );
    both(json!({"Type": "Fail", "Error": "E", "ErrorPath": "$.e"}), "Error, ErrorPath");
    both(json!({"Type": "Fail", "Cause": "C", "CausePath": "$.c"}), "Cause, CausePath");
    let timeouts = json!({"Type": "Task", "Resource": lambda, "Parameters": call, "TimeoutSeconds": 1,
        "TimeoutSecondsPath": "$.t", "End": true});
    both(timeouts, "TimeoutSeconds, TimeoutSecondsPath");
    let mut inner = machine.clone();
    inner["States"] = json!({"B": {"Type": "Succeed"}});
    inner["StartAt"] = json!("B");
    both(
        json!({"Type": "Map", "ItemProcessor": inner, "Iterator": inner, "End": true}),
        "ItemProcessor, Iterator",
    );
    let map = json!({"Type": "Map", "ItemProcessor": inner, "MaxConcurrency": 1, "MaxConcurrencyPath": "$.m",
        "End": true});
    both(map, "MaxConcurrency, MaxConcurrencyPath");
    check(
        &one(json!({"Type": "Wait", "End": true})),
        "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [SecondsPath, Seconds, \
         TimestampPath, Timestamp] at /States/A",
    );
    let rule = |rule: Value| {
        let choice = json!({"Type": "Choice", "Choices": [rule], "Default": "B"});
        json!({"StartAt": "A", "States": {"A": choice, "B": {"Type": "Succeed"}}})
    };
    let kinds = "SCHEMA_VALIDATION_FAILED: The object must have only one of the following fields, [And, Or, Not, \
                 Variable, Condition] at /States/A/Choices[0]";
    check(&rule(json!({"Next": "B"})), kinds);
    check(&rule(json!({"Variable": "$.a", "Not": {}, "Next": "B"})), kinds);
    check(
        &rule(json!({"Variable": "a", "IsNull": true, "Next": "B"})),
        "SCHEMA_VALIDATION_FAILED: Value is not a Reference Path: Reference path didn't start with '$' at \
         /States/A/Choices[0]/Variable",
    );
}

#[test]
fn names_values_and_calls_are_what_they_may_be() {
    let fault = |fields: Value, fault: &str| check(&task(fields), fault);
    fault(
        json!({"Resource": "f"}),
        "SCHEMA_VALIDATION_FAILED: Value is not a valid resource ARN at /States/A/Resource",
    );
    fault(
        json!({"Parameters": {}}),
        "SCHEMA_VALIDATION_FAILED: The field 'FunctionName' is required but was missing at /States/A/Parameters",
    );
    fault(
        json!({"Resource": "arn:aws:states:us-east-1:111111111111:activity:a", "Credentials": {"RoleArn": "r"}}),
        "SCHEMA_VALIDATION_FAILED: The field 'Credentials' is not supported for activities at /States/A/Credentials",
    );
    fault(
        json!({"Retry": [{"ErrorEquals": ["E"], "JitterStrategy": "SOME"}]}),
        "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [NONE, FULL] at \
         /States/A/Retry[0]/JitterStrategy",
    );
    fault(
        json!({"TimeoutSeconds": 100_000_000}),
        "SCHEMA_VALIDATION_FAILED: Maximum value is 99999999 at /States/A/TimeoutSeconds",
    );
    fault(
        json!({"TimeoutSeconds": "1"}),
        "SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /States/A/TimeoutSeconds",
    );
    fault(
        json!({"Assign": {"states": 1}}),
        "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at /States/A/Assign/states",
    );
    fault(
        json!({"Assign": {"a.b": 1}}),
        "INVALID_VARIABLE_NAME: Invalid variable name 'a.b': the variable name contains invalid characters. at \
         /States/A/Assign/a.b",
    );
    check(
        &one(json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true})),
        "SCHEMA_VALIDATION_FAILED: Parameters field is required for resource ARN: arn:aws:states:::sqs:sendMessage at \
         /States/A",
    );
    let mut machine = task(json!({"Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 0}]}));
    machine["TimeoutSeconds"] = json!(0);
    assert_eq!(StateMachine::from_value(&machine).unwrap().timeout_seconds(), None);
    machine["Version"] = json!("2.0");
    check(&machine, "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [1.0] at /Version");
    let open = json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1", "End": true});
    check(
        &one(open),
        "SCHEMA_VALIDATION_FAILED: JSONata string must start with {% and end with %} at /States/A/Output",
    );
    let name = "n".repeat(81);
    check(
        &json!({"StartAt": name, "States": {name.as_str(): {"Type": "Succeed"}}}),
        &format!(
            "INVALID_STATE_NAME: Invalid State name: State exceeds the 80-character limit allowed by the service at \
             /States/{name}"
        ),
    );
}

#[test]
fn a_distributed_map_reads_and_runs_as_it_may() {
    let map = |name: &str, config: Value, reader: Value| {
        let inner =
            json!({"StartAt": name, "States": {name: {"Type": "Succeed"}}, "ProcessorConfig": config});
        json!({"Type": "Map", "ItemProcessor": inner, "ItemReader": reader, "Label": "L", "End": true})
    };
    let config = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    let reader = |call: &str, config: Value| json!({"Resource": format!("arn:aws:states:::{call}"), "ReaderConfig": config});
    let at = |config: Value, reader: Value, fault: &str| {
        check(&one(map("B", config, reader)), &format!("SCHEMA_VALIDATION_FAILED: {fault}"));
    };
    at(
        config.clone(),
        reader("s3:putObject", json!({})),
        "The field 'Resource' does not match any of the allowed values at /States/A/ItemReader/Resource",
    );
    at(
        config.clone(),
        reader("s3:getObject", json!({"InputType": "CSV"})),
        "The field 'CSVHeaderLocation' is required at /States/A/ItemReader/ReaderConfig",
    );
    at(
        config.clone(),
        reader("s3:getObject", json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN"})),
        "These fields are required: [CSVHeaders] at /States/A/ItemReader/ReaderConfig",
    );
    let objects = reader("s3:listObjectsV2", json!({}));
    at(
        json!({"Mode": "INLINE", "ExecutionType": "STANDARD"}),
        objects.clone(),
        "Field 'ExecutionType' is not supported at /States/A/ItemProcessor/ProcessorConfig",
    );
    let sound = one(map("B", config.clone(), objects.clone()));
    let refused = StateMachine::from_value_as(MachineType::Express, &sound).unwrap_err();
    let text = "SCHEMA_VALIDATION_FAILED: The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' \
                state machines at /States/A/ItemProcessor/ProcessorConfig/Mode";
    assert_eq!(refused.to_string(), text);
    let mut first = map("C", config, objects);
    (first["Next"], first["End"]) = (json!("A"), json!(false));
    let mut twice = sound;
    (twice["StartAt"], twice["States"]["F"]) = (json!("F"), first);
    check(&twice, "DUPLICATE_LABEL_NAME: Duplicate Label name: L at /States/F/Label");
}
