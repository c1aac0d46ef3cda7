//! Tasks that are really done, and how long a test and how large its data may be.

use std::sync::Arc;

use amends_engine::clock::VirtualClock;
use amends_engine::driver::{TaskFailure, TaskWorker, WorkerTask};
use amends_types::{BoxFuture, Timestamp};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{Always, INVOKE, called, map, mocked, parsed, request, task, test, with};
use crate::server::Server;

/// More than may pass between states.
const LARGE: usize = 262_144;

/// Tells that it was asked, and never answers.
struct Silent(Arc<Notify>);

impl TaskWorker for Silent {
    fn invoke(&self, _: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        self.0.notify_one();
        Box::pin(std::future::pending())
    }
}

/// What comes of a request whose task is never answered, once somebody has lost patience.
async fn unanswered(request: Value) -> Value {
    let clock = VirtualClock::starting_at(Timestamp::from_micros(1_700_000_000_000_000));
    let asked = Arc::new(Notify::new());
    let worker = Silent(Arc::clone(&asked));
    let (server, _dir) = Server::start_with(Arc::new(worker), Arc::new(clock.clone())).await;
    let time = async {
        asked.notified().await;
        assert!(clock.advance_to_next_sleeper(), "nobody will ever lose patience");
    };
    tokio::join!(test(&server, request), time).0
}

#[tokio::test]
async fn a_task_fails_by_its_own_limit() {
    let handlers = json!({
        "Parameters": {"FunctionName": "f"},
        "TimeoutSeconds": 60,
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}],
    });
    let answer = unanswered(called(&task(INVOKE, handlers), &json!({}))).await;
    assert_eq!(
        (&answer["status"], &answer["error"], &answer["nextState"]),
        (&json!("CAUGHT_ERROR"), &json!("States.Timeout"), &json!("Late"))
    );
    let silent = json!({
        "Parameters": {"FunctionName": "f"},
        "TimeoutSeconds": 60,
        "HeartbeatSeconds": 30,
        "Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Silent"}],
    });
    let answer = unanswered(called(&task(INVOKE, silent), &json!({}))).await;
    assert_eq!(answer["nextState"], "Silent");
}

#[tokio::test]
async fn a_test_takes_five_minutes_at_most_and_nothing_handles_that() {
    let handlers = json!({
        "Parameters": {"FunctionName": "f"},
        "TimeoutSeconds": 600,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Late"}],
    });
    let answer = unanswered(called(&task(INVOKE, handlers), &json!({}))).await;
    assert_eq!((&answer["status"], &answer["error"]), (&json!("FAILED"), &json!("States.Timeout")));
    let (server, _dir) = Server::start().await;
    let wait = |seconds: u32| request(&json!({"Type": "Wait", "Seconds": seconds, "End": true}), &json!({}));
    assert_eq!(test(&server, wait(300)).await["status"], "SUCCEEDED");
    let answer = test(&server, wait(301)).await;
    assert_eq!((&answer["status"], &answer["error"]), (&json!("FAILED"), &json!("States.Timeout")));
}

#[tokio::test]
async fn a_result_that_is_too_large_is_an_error_of_the_task() {
    let worker = Always(Ok("a".repeat(LARGE).into()));
    let (server, _dir) = worker.start().await;
    let state = task(
        INVOKE,
        json!({
            "Parameters": {"FunctionName": "f"},
            "ResultPath": null,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Large"}],
        }),
    );
    let answer = test(&server, called(&state, &json!({}))).await;
    let cause = "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.";
    assert_eq!((&answer["error"], &answer["cause"]), (&json!("States.DataLimitExceeded"), &json!(cause)));
    assert_eq!((&answer["status"], &answer["nextState"]), (&json!("CAUGHT_ERROR"), &json!("Large")));
    // The limit of a mock is in characters.
    let answer = test(&server, mocked(&state, &json!({}), &json!({"Payload": "ü".repeat(LARGE / 2)}))).await;
    assert_eq!((&answer["status"], &answer["nextState"]), (&json!("CAUGHT_ERROR"), &json!("Large")));
}

#[tokio::test]
async fn an_output_that_is_too_large_is_an_error_that_only_its_name_catches() {
    let (server, _dir) = Server::start().await;
    let large = |name: &str| {
        map(json!({
            "ResultSelector": {"a.$": "$", "b.$": "$"},
            "Catch": [{"ErrorEquals": [name], "ResultPath": null, "Next": "Large"}],
        }))
    };
    let result = json!(["a".repeat(LARGE / 2)]);
    let answer = test(&server, mocked(&large("States.ALL"), &json!([1]), &result)).await;
    let failed = (&json!("FAILED"), &json!("States.DataLimitExceeded"));
    assert_eq!((&answer["status"], &answer["error"]), failed);
    let named = large("States.DataLimitExceeded");
    let answer = test(&server, mocked(&named, &json!([1]), &result)).await;
    assert_eq!((&answer["status"], &answer["output"]), (&json!("CAUGHT_ERROR"), &json!("[1]")));
}

#[tokio::test]
async fn parameters_that_are_too_large_are_never_sent() {
    let (server, _dir) = Always(Ok(Value::Null)).start().await;
    let state =
        task(INVOKE, json!({"Parameters": {"FunctionName": "f", "Payload": {"a.$": "$", "b.$": "$"}}}));
    let answer = test(&server, called(&state, &"a".repeat(LARGE / 2).into())).await;
    assert_eq!((&answer["status"], &answer["error"]), (&json!("FAILED"), &json!("States.DataLimitExceeded")));
}

#[tokio::test]
async fn variables_that_are_too_large_are_not_set() {
    let (server, _dir) = Server::start().await;
    let state = json!({"Type": "Pass", "Assign": {"a.$": "$", "b.$": "$"}, "End": true});
    let large = test(&server, request(&state, &"a".repeat(LARGE / 2).into())).await;
    assert_eq!((&large["status"], &large["error"]), (&json!("FAILED"), &json!("States.Runtime")));
    let small = with(request(&state, &json!(1)), "variables", r#"{"b": 2, "c": 3}"#.into());
    let small = test(&server, small).await;
    assert_eq!(parsed(&small["inspectionData"]["variables"]), json!({"a": 1, "b": 1, "c": 3}));
}

#[tokio::test]
async fn the_cause_that_a_function_gives_is_as_in_executions() {
    let cause = "{ \"errorMessage\": \"no way\",\n  \"errorType\": \"E\" }".to_owned();
    let worker = Always(Err(TaskFailure { error: "E".to_owned(), cause }));
    let (server, _dir) = worker.start().await;
    let state = task(INVOKE, json!({"Parameters": {"FunctionName": "f"}}));
    let answer = test(&server, called(&state, &json!({}))).await;
    assert_eq!(answer["cause"], r#"{"errorMessage":"no way","errorType":"E"}"#);
}
