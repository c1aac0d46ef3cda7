//! Time limits, heartbeats, backoff, waits.

use amends_engine::interp::{Action, Input, Outcome, TaskId, Waiting};
use serde_json::json;

use crate::play::{Play, cancelled, timers, worker};

#[test]
fn a_task_past_its_time_limit_is_retried_and_then_caught_as_a_timeout() {
    let definition = worker(json!({
        "TimeoutSeconds": 5,
        "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1, "IntervalSeconds": 2}],
        "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "undo"},
            {"ErrorEquals": ["States.Timeout"], "Next": "undo"}],
    }));
    let (mut play, actions) = Play::started(&definition, json!({}));
    assert_eq!(timers(&actions, play.now), [(1, 5.0)]);
    let actions = play.after(5.0).fires(1);
    assert_eq!(timers(&actions, play.now), [(2, 2.0)]);
    assert!(matches!(
        play.execution.waiting(),
        Some(Waiting::Retry { error: "States.Timeout", retries: 1, .. })
    ));
    let actions = play.after(2.0).fires(2);
    assert!(
        matches!(&actions[..], [Action::SetTimer { .. }, Action::Invoke(again)] if again.task == TaskId(2))
    );
    play.after(5.0).fires(3);
    assert_eq!(play.output(), &json!({"Error": "States.Timeout", "Cause": ""}));
    assert_eq!(
        play.types()[1..9],
        [
            "TaskStateEntered",
            "LambdaFunctionScheduled",
            "LambdaFunctionStarted",
            "LambdaFunctionTimedOut",
            "LambdaFunctionScheduled",
            "LambdaFunctionStarted",
            "LambdaFunctionTimedOut",
            "TaskStateExited",
        ]
    );
}

#[test]
fn a_heartbeat_gives_the_task_as_long_again() {
    let definition = worker(json!({"TimeoutSeconds": 60, "HeartbeatSeconds": 5}));
    let (mut play, actions) = Play::started(&definition, json!({}));
    assert_eq!(timers(&actions, play.now), [(1, 60.0), (2, 5.0)]);
    let actions = play.after(4.0).happens(Input::TaskHeartbeat { task: TaskId(1) });
    assert_eq!((cancelled(&actions), timers(&actions, play.now)), (vec![2], vec![(3, 5.0)]));
    assert_eq!(play.after(1.0).fires(2), [], "the old timer is no longer awaited");
    let actions = play.after(4.0).fires(3);
    assert_eq!(cancelled(&actions), [1]);
    assert_eq!(play.failed(), ("States.Timeout", ""));
}

#[test]
fn time_limits_are_read_from_the_input() {
    let definition = worker(json!({"TimeoutSecondsPath": "$.limit", "HeartbeatSecondsPath": "$.beat"}));
    let (play, actions) = Play::started(&definition, json!({"limit": 9, "beat": 3}));
    assert_eq!(timers(&actions, play.now), [(1, 9.0), (2, 3.0)]);
    let (play, _) = Play::started(&definition, json!({"limit": "9", "beat": 3}));
    assert_eq!(play.failed().0, "States.Runtime");
    let (play, _) = Play::started(&definition, json!({"beat": 3}));
    assert!(
        play.failed()
            .1
            .ends_with("The TimeoutSecondsPath parameter does not reference an input value: $.limit")
    );
}

#[test]
fn a_late_answer_changes_nothing() {
    let definition = worker(json!({"TimeoutSeconds": 5, "Retry": [{"ErrorEquals": ["States.ALL"]}]}));
    let (mut play, _) = Play::started(&definition, json!({}));
    play.after(5.0).fires(1);
    let before = play.history.clone();
    assert_eq!(play.after(0.5).succeeds(1, json!("late")), []);
    assert_eq!(play.fails(1, "Late"), []);
    assert_eq!(play.happens(Input::TaskHeartbeat { task: TaskId(1) }), []);
    assert_eq!(play.happens(Input::Started { input: json!("again") }), []);
    assert_eq!(play.history, before);
}

#[test]
fn full_jitter_is_drawn_from_the_occurrence() {
    let retry = json!([{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 8, "JitterStrategy": "FULL"}]);
    let (mut play, _) = Play::started(&worker(json!({"Retry": retry})), json!({}));
    play.entropy = 1 << 62;
    let actions = play.fails(1, "E");
    assert_eq!(timers(&actions, play.now), [(1, 2.0)]);
}

#[test]
fn a_wait_ends_at_its_time_and_says_until_when() {
    let wait = json!({"StartAt": "w", "States": {"w": {"Type": "Wait", "Seconds": 30, "End": true}}});
    let (mut play, actions) = Play::started(&wait, json!(1));
    assert_eq!(timers(&actions, play.now), [(1, 30.0)]);
    let until = play.now.plus(std::time::Duration::from_secs(30));
    assert_eq!(play.execution.waiting(), Some(Waiting::Time { until }));
    assert_eq!(play.execution.current_state(), Some("w"));
    play.after(30.0).fires(1);
    assert_eq!((play.output(), play.execution.waiting()), (&json!(1), None));
}

#[test]
fn the_machines_own_time_limit_ends_the_execution_uncaught() {
    let mut definition = worker(json!({"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "undo"}]}));
    definition["TimeoutSeconds"] = json!(10);
    let (mut play, actions) = Play::started(&definition, json!({}));
    assert_eq!(timers(&actions, play.now), [(1, 10.0)]);
    let actions = play.after(10.0).fires(1);
    assert_eq!(actions, [Action::Finish(Outcome::TimedOut)]);
    assert_eq!(play.types().last().map(String::as_str), Some("ExecutionTimedOut"));
}

#[test]
fn an_end_in_time_cancels_the_machines_time_limit() {
    let mut definition = worker(json!({"TimeoutSeconds": 3}));
    definition["TimeoutSeconds"] = json!(10);
    let (mut play, _) = Play::started(&definition, json!({}));
    let actions = play.succeeds(1, json!("done"));
    assert_eq!(cancelled(&actions), [2, 1]);
}
