//! What an execution still waits for, so that it can be taken up after a restart.

use amends_engine::interp::{Action, Waiting};
use serde_json::json;

use crate::play::{Play, worker};

#[test]
fn a_task_in_flight_is_invoked_again_with_the_same_parameters_and_the_same_timers() {
    let definition = worker(json!({
        "Parameters": {"run.$": "$$.Execution.Name", "retry.$": "$$.State.RetryCount", "order.$": "$.order"},
        "TimeoutSeconds": 60,
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1}],
    }));
    let (mut play, first) = Play::started(&definition, json!({"order": 7}));
    assert_eq!(play.execution.pending(), first);
    play.fails(1, "E");
    let second = play.after(1.0).fires(2);
    assert_eq!(play.execution.pending(), second);
    let Some(Action::Invoke(invocation)) = second.last() else { panic!("no invocation") };
    assert_eq!(invocation.parameters, json!({"run": "r", "retry": 1, "order": 7}));
    assert!(matches!(play.execution.waiting(), Some(Waiting::Task { retries: 1, .. })));
}

#[test]
fn before_the_start_and_after_the_end_nothing_is_outstanding() {
    let mut play = Play::new(&worker(json!({"TimeoutSeconds": 60})));
    assert_eq!(play.execution.pending(), []);
    play.happens(amends_engine::interp::Input::Started { input: json!({}) });
    play.succeeds(1, json!(1));
    assert_eq!((play.execution.pending(), play.execution.current_state()), (vec![], None));
}
