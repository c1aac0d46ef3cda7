//! Parallel and Map: what follows what, and what a failure cuts short.
//!
//! Not in the recorded corpus; measured on AWS by others (floci-io/floci, issue 2868 and its pull requests).

use amends_engine::interp::{Action, Input, Outcome, Waiting};
use serde_json::{Value, json};

use crate::play::Play;

fn run(state: &Value, input: Value) -> Play {
    let mut states = json!({"P": state});
    if state.get("Catch").is_some() {
        states["Handled"] = json!({"Type": "Pass", "End": true});
    }
    let definition = json!({"StartAt": "P", "States": states});
    Play::started(&definition, input).0
}

/// Types with the events that they follow.
fn chain(play: &Play) -> Vec<(String, u32)> {
    let events = play.history.events.iter();
    events.map(|event| (event.event.type_name().into_owned(), event.previous_event_id)).collect()
}

fn check(play: &Play, expected: &[(&str, u32)]) {
    let found = chain(play);
    let found: Vec<_> = found.iter().map(|(kind, previous)| (&**kind, *previous)).collect();
    assert_eq!(found, expected);
}

fn one_branch(state: Value) -> Value {
    branch_named("S", state)
}

fn branch_named(name: &str, state: Value) -> Value {
    json!({"StartAt": name, "States": {name: state}})
}

fn task(function: &str) -> Value {
    json!({"Type": "Task", "End": true, "Resource": format!("arn:aws:lambda:us-east-1:111111111111:function:{function}")})
}

const FAIL: &str = r#"{"Type": "Fail", "Error": "MyError", "Cause": "my cause"}"#;

fn fail() -> Value {
    serde_json::from_str(FAIL).unwrap()
}

#[test]
fn what_nothing_handles_in_a_branch_ends_the_execution_at_once() {
    let branch = one_branch(json!({"Type": "Pass", "Parameters": {"m.$": "$.nope"}, "End": true}));
    let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "Handled"}]);
    let play =
        run(&json!({"Type": "Parallel", "Branches": [branch], "Catch": catch, "End": true}), json!({"x": 1}));
    let expected = [
        ("ExecutionStarted", 0),
        ("ParallelStateEntered", 0),
        ("ParallelStateStarted", 2),
        ("PassStateEntered", 3),
        ("ExecutionFailed", 4),
    ];
    check(&play, &expected);
    let (error, cause) = play.failed();
    assert_eq!(error, "States.Runtime");
    assert!(
        cause.starts_with("An error occurred while executing the state 'S' (entered at the event id #4). ")
    );
}

#[test]
fn a_caught_failure_of_a_branch_leaves_by_way_of_the_failed_event() {
    let catch = json!([{"ErrorEquals": ["MyError"], "Next": "Handled"}]);
    let parallel = json!({"Type": "Parallel", "Branches": [one_branch(fail())], "Catch": catch, "End": true});
    let play = run(&parallel, json!({}));
    let expected = [
        ("FailStateEntered", 3),
        ("ParallelStateFailed", 4),
        ("ParallelStateExited", 5),
        ("PassStateEntered", 6),
        ("PassStateExited", 7),
        ("ExecutionSucceeded", 8),
    ];
    assert_eq!(chain(&play)[3..].iter().map(|(kind, id)| (&**kind, *id)).collect::<Vec<_>>(), expected);
    assert_eq!(play.output(), &json!({"Error": "MyError", "Cause": "my cause"}));
}

#[test]
fn a_result_that_cannot_be_selected_fails_after_the_branches_succeeded() {
    let branch = one_branch(json!({"Type": "Pass", "End": true}));
    let play = run(
        &json!({"Type": "Parallel", "Branches": [branch], "ResultSelector": {"m.$": "$.nope"}, "End": true}),
        json!({"x": "a"}),
    );
    let expected = [("ParallelStateSucceeded", 5), ("ExecutionFailed", 6)];
    assert_eq!(chain(&play)[5..].iter().map(|(kind, id)| (&**kind, *id)).collect::<Vec<_>>(), expected);
}

#[test]
fn a_task_whose_failure_ends_its_branch_is_recorded_as_aborted() {
    let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "Handled"}]);
    let parallel =
        json!({"Type": "Parallel", "Branches": [one_branch(task("f"))], "Catch": catch, "End": true});
    let mut play = run(&parallel, json!({}));
    play.fails(1, "E");
    let expected = [
        ("LambdaFunctionFailed", 6),
        ("TaskStateAborted", 7),
        ("ParallelStateFailed", 7),
        ("ParallelStateExited", 9),
    ];
    assert_eq!(chain(&play)[6..10].iter().map(|(kind, id)| (&**kind, *id)).collect::<Vec<_>>(), expected);
}

#[test]
fn a_failing_branch_cuts_the_others_and_what_they_wait_for_is_forgotten() {
    let wait = branch_named("W", json!({"Type": "Wait", "Seconds": 20, "End": true}));
    let pass = branch_named("E", json!({"Type": "Pass", "End": true}));
    let parallel = json!({"Type": "Parallel", "End": true,
        "Branches": [one_branch(task("f")), wait, pass]});
    let mut play = run(&parallel, json!({}));
    assert_eq!(play.execution.waiting(), Some(Waiting::Branches { running: 2, total: 3 }));
    let actions = play.fails(1, "Boom");
    assert!(actions.iter().any(|action| matches!(action, Action::CancelTimer { .. })));
    let types = play.types();
    let failed = types.iter().position(|kind| kind == "LambdaFunctionFailed").unwrap();
    let expected = [
        "LambdaFunctionFailed",
        "TaskStateAborted",
        "WaitStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
    ];
    assert_eq!(types[failed..], expected);
    let id = play.history.events[failed].id;
    for event in &play.history.events[failed + 1..failed + 4] {
        assert_eq!(event.previous_event_id, id);
    }
    assert_eq!(play.failed().0, "Boom");
}

#[test]
fn a_failing_iteration_cuts_the_others() {
    let map = json!({"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "Route", "States": {
        "Route": {"Type": "Choice", "Choices": [{"Variable": "$", "StringEquals": "wait", "Next": "Wait"}], "Default": "Call"},
        "Wait": {"Type": "Wait", "Seconds": 20, "End": true},
        "Call": task("f"),
    }}});
    let mut play = run(&map, json!(["wait", "call"]));
    play.fails(1, "Boom");
    let types = play.types();
    let expected = [
        "LambdaFunctionFailed",
        "TaskStateAborted",
        "MapIterationAborted",
        "WaitStateAborted",
        "MapIterationFailed",
        "MapStateFailed",
        "ExecutionFailed",
    ];
    assert_eq!(types[types.len() - 7..], expected);
}

#[test]
fn items_run_as_many_at_once_as_may_and_one_follows_another() {
    let map = json!({"Type": "Map", "End": true, "MaxConcurrency": 2,
        "ItemProcessor": {"StartAt": "Call", "States": {"Call": task("f")}}});
    let mut play = run(&map, json!([1, 2, 3]));
    assert_eq!(play.execution.waiting(), Some(Waiting::Branches { running: 2, total: 3 }));
    play.succeeds(2, json!("b"));
    play.succeeds(3, json!("c"));
    assert_eq!(play.execution.outcome(), None);
    play.succeeds(1, json!("a"));
    assert_eq!(play.output(), &json!(["a", "b", "c"]));
}

#[test]
fn a_distributed_map_fails_when_more_items_fail_than_may() {
    let map = |tolerated: u32| {
        json!({"Type": "Map", "End": true, "ToleratedFailureCount": tolerated, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Call", "States": {"Call": task("f")}}})
    };
    let mut play = run(&map(1), json!([1, 2, 3]));
    for number in [1, 2] {
        play.fails(number, "E");
    }
    assert_eq!(play.failed().0, "States.ExceedToleratedFailureThreshold");
    let types = play.types();
    assert_eq!(
        types[2..],
        ["MapStateStarted", "MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    );
    let mut play = run(&map(2), json!([1, 2, 3]));
    play.fails(1, "E");
    play.fails(2, "E");
    play.succeeds(3, json!("third"));
    assert_eq!(play.output(), &json!(["third"]));
}

#[test]
fn items_are_put_together_in_batches() {
    let map = json!({"Type": "Map", "End": true,
        "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"day": "monday"}},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "S", "States": {"S": {"Type": "Pass", "End": true}}}});
    let play = run(&map, json!([1, 2, 3]));
    let batch = |items: Value| json!({"BatchInput": {"day": "monday"}, "Items": items});
    assert_eq!(play.output(), &json!([batch(json!([1, 2])), batch(json!([3]))]));
}

#[test]
fn an_express_child_ends_after_five_minutes() {
    let map = json!({"Type": "Map", "End": true, "ToleratedFailureCount": 1, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "Call", "States": {"Call": task("f")}}});
    let mut play = run(&map, json!([1, 2]));
    play.succeeds(2, json!("b"));
    play.after(300.0).fires(1);
    assert_eq!(play.output(), &json!(["b"]));
}

#[test]
fn variables_of_a_branch_end_with_it() {
    let branch = one_branch(json!({"Type": "Pass", "Assign": {"x": 2}, "End": true}));
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "P"},
        "P": {"Type": "Parallel", "Branches": [branch], "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"x.$": "$x"}, "End": true},
    }});
    let (play, _) = Play::started(&definition, json!({}));
    assert_eq!(play.output(), &json!({"x": 1}));
}

#[test]
fn a_stopped_execution_stops_in_all_its_branches() {
    let branches = [one_branch(task("f")), branch_named("T", task("g"))];
    let parallel = json!({"Type": "Parallel", "Branches": branches, "End": true});
    let mut play = run(&parallel, json!({}));
    play.happens(Input::Stopped { error: None, cause: None });
    assert!(matches!(play.execution.outcome(), Some(Outcome::Aborted { .. })));
    assert!(play.succeeds(1, json!(1)).is_empty());
    assert_eq!(play.types().last().map(String::as_str), Some("ExecutionAborted"));
}
