//! How much, how often, and what is refused.

use amends_engine::interp::{Input, MAX_DATA_BYTES, MAX_EVENTS, Outcome};
use serde_json::json;

use crate::play::{Play, worker};

fn large() -> serde_json::Value {
    json!("a".repeat(MAX_DATA_BYTES - 2))
}

#[test]
fn a_machine_that_goes_in_circles_ends_with_its_last_event() {
    let circle = json!({"StartAt": "a", "States": {
        "a": {"Type": "Pass", "Next": "b"},
        "b": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "c"}], "Default": "a"},
        "c": {"Type": "Succeed"},
    }});
    let (play, _) = Play::started(&circle, json!({}));
    let cause = "The execution reached the maximum number of history events (25000).";
    assert_eq!(play.failed(), ("States.Runtime", cause));
    let last = play.history.events.last().unwrap();
    assert_eq!((last.id, last.previous_event_id), (MAX_EVENTS, MAX_EVENTS - 1));
    assert_eq!(last.event.type_name(), "ExecutionFailed");
    assert_eq!(play.history.events.len(), MAX_EVENTS as usize);
}

#[test]
fn a_task_that_retries_for_ever_ends_with_its_last_event_and_is_not_begun_again() {
    let retry = json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 99_999, "BackoffRate": 1.0}]);
    let (mut play, _) = Play::started(&worker(json!({"Retry": retry})), json!({}));
    for attempt in 1.. {
        let actions = play.fails(attempt, "E");
        if play.execution.outcome().is_some() {
            assert_eq!(actions.len(), 1, "nothing but the end: {actions:?}");
            break;
        }
        play.fires(attempt);
        if play.execution.outcome().is_some() {
            break;
        }
    }
    assert_eq!(play.history.events.len(), MAX_EVENTS as usize);
    assert_eq!(play.failed().0, "States.Runtime");
}

#[test]
fn a_result_just_within_the_limit_passes_and_one_byte_more_is_an_error_of_the_task() {
    let catch = json!([{"ErrorEquals": ["States.TaskFailed"], "Next": "undo"}]);
    let definition = worker(json!({"Catch": catch}));
    let (mut play, _) = Play::started(&definition, json!({}));
    play.succeeds(1, large());
    assert_eq!(play.output(), &large());
    let (mut play, _) = Play::started(&definition, json!({}));
    play.succeeds(1, json!([large()]));
    assert_eq!(play.output()["Error"], json!("States.DataLimitExceeded"));
}

#[test]
fn data_between_states_past_the_limit_is_caught_by_its_own_name_only() {
    let run = |name: &str| {
        let catch = json!([{"ErrorEquals": [name], "Next": "undo"}]);
        let definition = worker(json!({"ResultPath": "$.result", "Catch": catch}));
        let (mut play, _) = Play::started(&definition, json!({"more": 1}));
        play.succeeds(1, large());
        play
    };
    assert_eq!(run("States.ALL").failed().0, "States.DataLimitExceeded");
    assert_eq!(run("States.DataLimitExceeded").output()["Error"], json!("States.DataLimitExceeded"));
}

#[test]
fn a_result_path_that_does_not_fit_is_caught_and_not_without_end() {
    let catch = |path| json!([{"ErrorEquals": ["States.ALL"], "ResultPath": path, "Next": "undo"}]);
    let definition = worker(json!({"ResultPath": "$.a.b", "Catch": catch("$.error")}));
    let (mut play, _) = Play::started(&definition, json!({"a": 1}));
    play.succeeds(1, json!("done"));
    assert_eq!(play.output()["error"]["Error"], json!("States.ResultPathMatchFailure"));
    let definition = worker(json!({"ResultPath": "$.a.b", "Catch": catch("$.a.b")}));
    let (mut play, _) = Play::started(&definition, json!({"a": 1}));
    play.succeeds(1, json!("done"));
    assert_eq!(play.failed().0, "States.ResultPathMatchFailure");
}

#[test]
fn a_choice_without_a_match_fails_and_so_does_a_missing_variable() {
    let choice = json!({"StartAt": "c", "States": {
        "c": {"Type": "Choice", "Choices": [{"Variable": "$.v", "NumericEquals": 1, "Next": "s"}]},
        "s": {"Type": "Succeed"},
    }});
    let prefix = "An error occurred while executing the state 'c' (entered at the event id #2). ";
    let check = |input, cause: &str| {
        let (play, _) = Play::started(&choice, input);
        assert_eq!(play.failed(), ("States.Runtime", &*format!("{prefix}{cause}")));
    };
    check(
        json!({"v": 2}),
        "Failed to transition out of the state. The state does not point to a next state.",
    );
    check(json!({}), "Invalid path '$.v': The choice state's condition path references an invalid value.");
}

#[test]
fn a_stopped_execution_is_aborted_and_catches_nothing() {
    let definition = worker(json!({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "undo"}]}));
    let (mut play, _) = Play::started(&definition, json!({}));
    let (error, cause) = (Some("E".to_owned()), None);
    play.happens(Input::Stopped { error: error.clone(), cause: cause.clone() });
    assert_eq!(play.execution.outcome(), Some(&Outcome::Aborted { error, cause }));
    assert_eq!(play.types().last().map(String::as_str), Some("ExecutionAborted"));
}

#[test]
fn data_that_is_nested_ever_deeper_ends_the_execution_and_not_the_process() {
    let deeper = json!({"StartAt": "a", "States": {
        "a": {"Type": "Pass", "Parameters": {"a.$": "$"}, "Next": "b"},
        "b": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "c"}], "Default": "a"},
        "c": {"Type": "Succeed"},
    }});
    let (play, _) = Play::started(&deeper, json!({}));
    assert_eq!(play.failed().0, "States.DataLimitExceeded");
    assert!(play.history.events.len() < 5_000);
}
