//! Executions that start others, over a restart.

use std::path::Path;
use std::time::Duration;

use amends_sfn::Access;
use serde_json::{Value, json};

use crate::server::{MACHINE, Server};

/// A parent that waits for a child, and what becomes of both when no engine runs for longer than a second after the
/// child has begun: their statuses.
async fn over_a_restart(dir: &Path, child_seconds: u32, parent: impl Fn(&mut Value)) -> [Value; 2] {
    let server = Server::start_in(dir, Access::Loopback).await;
    let wait = json!({"Type": "Wait", "Seconds": child_seconds, "End": true});
    server.create(&json!({"StartAt": "w", "States": {"w": wait}})).await;
    let task = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": MACHINE, "Name": "child"},
        "End": true,
    });
    let mut definition = json!({"StartAt": "t", "States": {"t": task}});
    parent(&mut definition);
    let arn = server.create_named("p", &definition).await["stateMachineArn"].clone();
    let started =
        server.call("StartExecution", json!({ "stateMachineArn": arn })).await["executionArn"].clone();
    let child = json!(format!("{}:child", MACHINE.replace("stateMachine", "execution")));
    let history = json!({"executionArn": started, "reverseOrder": true, "maxResults": 1});
    while server.call("GetExecutionHistory", history.clone()).await["events"][0]["type"] != "TaskSubmitted" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.stop().await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let server = Server::start_in(dir, Access::Loopback).await;
    let ended = [server.ended(&started).await, server.ended(&child).await];
    server.stop().await;
    ended.map(|ended| ended["status"].clone())
}

#[tokio::test]
async fn a_parent_finds_its_child_again_though_it_has_ended() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(over_a_restart(dir.path(), 1, |_| {}).await, ["SUCCEEDED", "SUCCEEDED"]);
}

#[tokio::test]
async fn a_parent_whose_time_passed_while_no_engine_ran_leaves_no_child_behind() {
    let dir = tempfile::tempdir().unwrap();
    let limit = |definition: &mut Value| definition["TimeoutSeconds"] = json!(1);
    assert_eq!(over_a_restart(dir.path(), 20, limit).await, ["TIMED_OUT", "ABORTED"]);
    let dir = tempfile::tempdir().unwrap();
    let limit = |definition: &mut Value| definition["States"]["t"]["TimeoutSeconds"] = json!(1);
    assert_eq!(over_a_restart(dir.path(), 20, limit).await, ["FAILED", "ABORTED"]);
}

#[tokio::test]
async fn a_name_that_another_has_taken_is_refused() {
    let (server, _dir) = Server::start().await;
    server.create(&crate::server::pass(&json!(1))).await;
    let first = server.call("StartExecution", json!({"stateMachineArn": MACHINE, "name": "child"})).await;
    server.ended(&first["executionArn"]).await;
    let task = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {"StateMachineArn": MACHINE, "Name": "child"},
        "End": true,
    });
    let arn = server.create_named("p", &json!({"StartAt": "t", "States": {"t": task}})).await;
    let parent = json!({"stateMachineArn": arn["stateMachineArn"]});
    let parent = server.call("StartExecution", parent).await;
    let ended = server.ended(&parent["executionArn"]).await;
    assert_eq!(ended["error"], "StepFunctions.ExecutionAlreadyExistsException");
    server.stop().await;
}
