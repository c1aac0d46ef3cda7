//! States of both query languages, read and evaluated.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use std::borrow::Cow;

use amends_asl::{
    ContextObject, Environment, Items, MapMode, NoContext, Resource, State, StateKind, StateMachine, States,
    Until, Variables,
};
use serde_json::{Map, Value, json};

/// An environment of variables, with a Map item in its context object.
#[derive(Default)]
struct World(Variables);

impl World {
    fn of(variables: Value) -> Self {
        let mut world = Self::default();
        world.0.assign(variables.as_object().unwrap().clone()).unwrap();
        world
    }
}

impl ContextObject for World {
    fn field(&self, section: &str, field: &str) -> Option<Cow<'_, Value>> {
        self.whole().get(section)?.get(field).cloned().map(Cow::Owned)
    }

    fn whole(&self) -> Value {
        json!({"Map": {"Item": {"Index": 0, "Value": "item"}}})
    }
}

impl Environment for World {
    fn variable(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    fn random(&self) -> u64 {
        1
    }

    fn now_millis(&self) -> i64 {
        0
    }
}

fn read(definition: Value) -> StateMachine {
    StateMachine::from_value(&definition).unwrap_or_else(|error| panic!("{definition}: {error}"))
}

/// The state `A` of a machine of its own, in which `B` ends the execution.
fn state(language: &str, fields: Value) -> State {
    let mut fields = fields;
    if fields.get("Choices").is_none() && fields["Type"] != "Fail" {
        fields["Next"] = json!("B");
    }
    let mut states = json!({"A": fields});
    if fields["Type"] != "Fail" {
        states["B"] = json!({"Type": "Succeed"});
    }
    let machine = read(json!({"QueryLanguage": language, "StartAt": "A", "States": states}));
    machine.state(machine.start()).clone()
}

fn assign(state: &State, input: &Value, world: &World) -> Result<Map<String, Value>, String> {
    let states = States::of(input).with_result(input);
    state.assign.as_ref().unwrap().evaluate(&states, world).map_err(|error| error.to_string())
}

#[test]
fn past_the_end_of_a_list_there_is_null_in_a_template() {
    let value = |path: &str| {
        let by_path = state("JSONPath", json!({"Type": "Pass", "Assign": {"v.$": path}}));
        assign(&by_path, &json!({"list": [1], "object": {}}), &World::default()).map(|set| set["v"].clone())
    };
    assert_eq!(value("$.list[0]"), Ok(json!(1)));
    assert_eq!(value("$.list[1]"), Ok(json!(null)));
    for missing in ["$.none[1]", "$.object[1]", "$.list[1].a", "$.object.a"] {
        assert!(value(missing).unwrap_err().contains("could not be found in the input"), "{missing}");
    }
    let argument = value("States.Array($.list[1])").unwrap_err();
    assert!(argument.contains("$.list[1]"), "{argument}");
}

#[test]
fn assignments_come_from_paths_functions_variables_and_expressions() {
    let by_path = state(
        "JSONPath",
        json!({"Type": "Pass", "Assign": {
            "root.$": "$", "field.$": "$.n", "context.$": "$$.Map.Item.Value", "call.$": "States.MathAdd($.n, $x)",
            "old.$": "$x", "x": 2, "deep": {"list": [{"in.$": "$x"}], "plain": "{% $x %}"},
        }}),
    );
    let world = World::of(json!({"x": 40}));
    let expected = json!({
        "root": {"n": 2}, "field": 2, "context": "item", "call": 42, "old": 40, "x": 2,
        "deep": {"list": [{"in": 40}], "plain": "{% $x %}"},
    });
    assert_eq!(assign(&by_path, &json!({"n": 2}), &world).map(Value::from), Ok(expected));
    let missing = assign(&by_path, &json!({"n": 2}), &World::default()).unwrap_err();
    assert!(missing.contains("The JsonPath argument for the field '$x' could not be found"), "{missing}");
    let by_query = state(
        "JSONata",
        json!({"Type": "Pass", "Assign": {
            "sum": "{% $states.input.n + $x %}", "result": "{% $states.result %}",
        }}),
    );
    let expected = json!({"sum": 42, "result": {"n": 2}});
    assert_eq!(assign(&by_query, &json!({"n": 2}), &world).map(Value::from), Ok(expected));
    let nothing = state("JSONata", json!({"Type": "Pass", "Assign": {"a": ["{% $gone %}"]}}));
    assert_eq!(
        assign(&nothing, &json!({}), &world),
        Err("The JSONata expression '$gone' specified for the field 'Assign/a[0]' returned nothing (undefined).".to_owned())
    );
    assert_eq!(state("JSONPath", json!({"Type": "Pass", "Assign": {}})).assign, None);
}

#[test]
fn a_jsonata_template_is_anything_with_expressions_in_it() {
    let output = |template: Value| {
        let state = state("JSONata", json!({"Type": "Pass", "Output": template}));
        let input = json!({"values": [1, 2, 3]});
        state
            .output
            .unwrap()
            .evaluate(&States::of(&input), &World::of(json!({"one": 1})))
            .map_err(|error| error.to_string())
    };
    assert_eq!(output(json!("{% $sum($states.input.values) + $one %}")), Ok(json!(7)));
    assert_eq!(output(json!(null)), Ok(json!(null)));
    let plain = json!({"a": " {% $one %} ", "b.$": "$.x", "c": ["$states.input", {"d": 0.1}]});
    assert_eq!(output(plain.clone()), Ok(plain));
    assert_eq!(output(json!([1, "{% $states.input.values[-1] %}"])), Ok(json!([1, 3])));
}

#[test]
fn choices_have_conditions_in_either_language() {
    let choose = |state: &State, input: &Value| {
        let StateKind::Choice(choice) = &state.kind else { panic!("a Choice state") };
        let world = World::of(json!({"limit": 5}));
        choice
            .branches
            .iter()
            .map(|branch| branch.condition.holds(&States::of(input), &world))
            .collect::<Vec<_>>()
    };
    let by_rule = state(
        "JSONPath",
        json!({"Type": "Choice", "Choices": [
            {"Variable": "$limit", "NumericGreaterThanPath": "$.n", "Assign": {"a": 1}, "Next": "B"},
        ]}),
    );
    assert_eq!(choose(&by_rule, &json!({"n": 1})), [Ok(true)]);
    let by_query = state(
        "JSONata",
        json!({"Type": "Choice", "Choices": [
            {"Condition": "{% $states.input.n > $limit %}", "Next": "B"}, {"Condition": true, "Next": "B"},
        ]}),
    );
    assert_eq!(choose(&by_query, &json!({"n": 1})), [Ok(false), Ok(true)]);
    let wrong = choose(&by_query, &json!({"n": "1"}))[0].clone().unwrap_err();
    assert_eq!(wrong.location(), Some("Choices[0]/Condition"));
}

#[test]
fn waits_and_fails_are_computed() {
    let wait = |language: &str, fields: Value, input: Value| {
        let StateKind::Wait(wait) = state(language, fields).kind else { panic!("a Wait state") };
        wait.until.evaluate(&States::of(&input), &NoContext).map_err(|error| error.to_string())
    };
    let seconds = json!({"Type": "Wait", "Seconds": "{% $states.input.s %}"});
    assert_eq!(wait("JSONata", seconds, json!({"s": 3})), Ok(Until::Seconds(3)));
    let timestamp = json!({"Type": "Wait", "Timestamp": "{% $states.input.t %}"});
    assert_eq!(
        wait("JSONata", timestamp, json!({"t": "2016-12-05 21:29:29Z"})),
        Err("The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-12-05 21:29:29Z".to_owned())
    );
    let path = json!({"Type": "Wait", "SecondsPath": "$.s"});
    assert_eq!(
        wait("JSONPath", path, json!({"s": -1.5})),
        Err("The SecondsPath parameter cannot be parsed as a long value: $.s == -1.5".to_owned())
    );
    let fail = state("JSONPath", json!({"Type": "Fail", "ErrorPath": "States.Format('{}!', $.e)"}));
    let StateKind::Fail(fail) = fail.kind else { panic!("a Fail state") };
    assert_eq!(
        fail.error.unwrap().evaluate(&States::of(&json!({"e": "E"})), &NoContext),
        Ok("E!".to_owned())
    );
}

fn map(language: &str, fields: Value) -> amends_asl::Map {
    let mut fields = fields;
    fields["Type"] = json!("Map");
    let field = if fields.get("Iterator").is_some() { "Iterator" } else { "ItemProcessor" };
    if fields[field].is_null() {
        fields[field] = json!({});
    }
    fields[field]["StartAt"] = json!("I");
    fields[field]["States"] = json!({"I": {"Type": "Pass", "End": true}});
    let StateKind::Map(map) = state(language, fields).kind else { panic!("a Map state") };
    *map
}

#[test]
fn a_map_state_has_items_limits_and_a_processor() {
    let both = map(
        "JSONPath",
        json!({
            "ItemsPath": "$.list", "ItemSelector": {"v.$": "$$.Map.Item.Value", "all.$": "$"}, "MaxConcurrencyPath": "$.c",
            "ToleratedFailureCountPath": "$.count", "ToleratedFailurePercentage": 12.5, "Label": "L",
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}},
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket.$": "$.b"},
                "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 5}},
            "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"x.$": "$.c"}},
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}},
            "ResultSelector": {"r.$": "$"}, "ResultPath": "$.out",
            "Retry": [{"ErrorEquals": ["States.ALL"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}],
        }),
    );
    let input = json!({"list": [1, 2], "c": 3, "count": "NoNumber"});
    let (states, world) = (States::of(&input), World::default());
    assert!(matches!(both.processor.mode, MapMode::Distributed(_)));
    assert_eq!(both.items.evaluate(&states, &world), Ok(vec![json!(1), json!(2)]));
    assert_eq!(both.item_selector.unwrap().evaluate(&states, &world), Ok(json!({"v": "item", "all": input})));
    assert_eq!(both.max_concurrency.unwrap().evaluate_count(&states, &world), Ok(3));
    assert_eq!(both.tolerated_failure_percentage.unwrap().evaluate(&states, &world), Ok(12.5));
    let error = both.tolerated_failure_count.unwrap().evaluate(&states, &world).unwrap_err().to_string();
    let expected = "The ToleratedFailureCountPath field refers to value \"NoNumber\" which is not a valid integer: $.count";
    assert_eq!(error, expected);
    assert_eq!(both.item_reader.unwrap().max_items.unwrap().evaluate_count(&states, &world), Ok(5));
}

#[test]
fn older_and_newer_forms_of_a_map_state_are_read() {
    let older = map("JSONPath", json!({"Iterator": {}, "Parameters": {"v.$": "$"}}));
    assert!(older.processor.is_iterator && older.item_selector.is_some());
    assert_eq!((older.items.clone(), older.processor.mode), (Items::Input, MapMode::Inline));
    let error = older.items.evaluate(&States::of(&json!({})), &NoContext).unwrap_err();
    assert_eq!(error.to_string(), "Reference path \"$\" must point to array.");
    let newer =
        map("JSONata", json!({"Items": "{% true %}", "ToleratedFailurePercentage": "{% $states.input.p %}"}));
    let input = json!({"p": 101});
    let error = newer.items.evaluate(&States::of(&input), &NoContext).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The JSONata expression 'true' specified for the field 'Items' returned an unexpected result type. Expected \
         'array', but was 'boolean' for value: true"
    );
    let error =
        newer.tolerated_failure_percentage.unwrap().evaluate(&States::of(&input), &NoContext).unwrap_err();
    assert_eq!(error.to_string(), "ToleratedFailurePercentage must be between 0 and 100.");
    assert_eq!(error.error_name(), "States.QueryEvaluationError");
}

#[test]
fn tasks_have_arguments_limits_and_catchers_in_jsonata() {
    let task = state(
        "JSONata",
        json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": "{% $variable := 7 %}",
            "Arguments": {"FunctionName": "{% $f %}"}, "Credentials": {"RoleArn": "{% $role %}"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Cause %}",
                "Assign": {"e": "{% $states.errorOutput %}"}, "Next": "B"}],
        }),
    );
    assert_eq!(task.variables.iter().map(|name| &**name).collect::<Vec<_>>(), ["f", "role"]);
    let StateKind::Task(task) = task.kind else { panic!("a Task state") };
    let (input, error) = (json!({}), json!({"Error": "E", "Cause": "C"}));
    let (states, world) = (States::of(&input), World::of(json!({"f": "name"})));
    assert_eq!(task.timeout.unwrap().evaluate(&states, &world), Ok(7));
    assert_eq!(task.parameters.unwrap().evaluate(&states, &world), Ok(json!({"FunctionName": "name"})));
    let output = task.catch[0].output.as_ref().unwrap();
    assert_eq!(output.evaluate(&states.with_error_output(&error), &world), Ok(json!("C")));
    let nothing = output.evaluate(&states, &world).unwrap_err();
    assert_eq!(nothing.location(), Some("Catch[0]/Output"));
}

#[test]
fn a_parallel_state_has_branches_whose_states_speak_the_machines_language() {
    let branch = |name: &str, state: Value| json!({"StartAt": name, "States": {name: state}});
    let parallel = state(
        "JSONPath",
        json!({"Type": "Parallel", "QueryLanguage": "JSONata", "Branches": [
        branch("C", json!({"Type": "Pass", "Parameters": {"a.$": "$x"}, "End": true})),
        branch("D", json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $y %}", "End": true})),
    ], "Output": "{% $states.result[0] %}"}),
    );
    let references: Vec<_> =
        parallel.machines().into_iter().map(|branch| branch.variable_references()).collect();
    assert_eq!(references.len(), 2);
    assert!(references[0]["C"].contains("x") && references[1]["D"].contains("y"));
    assert!(parallel.variables.is_empty());
}

#[test]
fn every_resource_of_the_corpus_of_services_is_known() {
    for arn in [
        "arn:aws:states:::aws-sdk:sfn:startExecution",
        "arn:aws:states:::events:putEvents",
        "arn:aws:states:::states:startExecution.sync",
        "arn:aws:states:::aws-sdk:ecs:runTask.waitForTaskToken",
        "arn:aws-cn:states:::glue:startJobRun.sync",
        "arn:aws:states:::bedrock:invokeModel",
    ] {
        assert!(Resource::parse(arn).is_some(), "{arn}");
    }
}

#[test]
fn a_template_that_repeats_its_input_a_thousand_times_is_refused() {
    let refusal = |language: &str, field: &str, suffix: &str, each: &str| {
        let template: Map<_, _> =
            (0..1000).map(|number| (format!("{number}{suffix}"), json!(each))).collect();
        let state = json!({"Type": "Pass", "QueryLanguage": language, field: template, "End": true});
        let machine = StateMachine::from_value(&json!({"StartAt": "A", "States": {"A": state}})).unwrap();
        let state = machine.state(machine.start());
        let StateKind::Pass(pass) = &state.kind else { panic!("a Pass state") };
        let template = state.output.as_ref().or(pass.parameters.as_ref()).unwrap();
        template.evaluate(&States::of(&json!("x")), &NoContext).unwrap();
        let large = json!("x".repeat(100_000));
        template.evaluate(&States::of(&large), &NoContext).unwrap_err().to_string()
    };
    let selected = refusal("JSONPath", "Parameters", ".$", "$");
    assert!(selected.contains("exceeds what can be made of the input"), "{selected}");
    let queried = refusal("JSONata", "Output", "", "{% $states.input %}");
    assert!(queried.contains("Expression evaluation memory limit exceeded"), "{queried}");
}
