//! What is left after a restart: everything.

use amends_sfn::Access;
use serde_json::json;

use crate::server::{MACHINE, Server, pass, wait};

#[tokio::test]
async fn a_redrive_that_is_asked_for_twice_happens_once_also_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut server = Server::start_in(dir.path(), Access::Loopback).await;
    server.create(&json!({"StartAt": "f", "States": {"f": {"Type": "Fail", "Error": "E"}}})).await;
    let arn =
        server.call("StartExecution", json!({ "stateMachineArn": MACHINE })).await["executionArn"].clone();
    server.ended(&arn).await;
    let redrive = |token: &str| json!({"executionArn": arn, "clientToken": token});
    let first = server.call("RedriveExecution", redrive("one")).await;
    assert_eq!(server.ended(&arn).await["redriveCount"], 1);
    for _ in 0..2 {
        assert_eq!(server.call("RedriveExecution", redrive("one")).await, first);
        server.stop().await;
        server = Server::start_in(dir.path(), Access::Loopback).await;
    }
    assert_eq!(server.ended(&arn).await["redriveCount"], 1);
    for token in 2..=12 {
        server.call("RedriveExecution", redrive(&token.to_string())).await;
        server.ended(&arn).await;
    }
    // Of an execution's tokens the last ten are known.
    server.call("RedriveExecution", redrive("12")).await;
    assert_eq!(server.ended(&arn).await["redriveCount"], 12);
    server.call("RedriveExecution", redrive("one")).await;
    assert_eq!(server.ended(&arn).await["redriveCount"], 13);
    server.stop().await;
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start_in(dir.path(), Access::Loopback).await;
    server.create(&pass(&json!(1))).await;
    server.call("PublishStateMachineVersion", json!({ "stateMachineArn": MACHINE })).await;
    let version = format!("{MACHINE}:1");
    let route = json!([{"stateMachineVersionArn": version, "weight": 100}]);
    server.call("CreateStateMachineAlias", json!({"name": "LIVE", "routingConfiguration": route})).await;
    server.call("CreateActivity", json!({"name": "a"})).await;
    let ended =
        server.call("StartExecution", json!({ "stateMachineArn": version })).await["executionArn"].clone();
    server.ended(&ended).await;
    let update = json!({"stateMachineArn": MACHINE, "definition": wait().to_string()});
    server.call("UpdateStateMachine", update).await;
    let open =
        server.call("StartExecution", json!({ "stateMachineArn": MACHINE })).await["executionArn"].clone();
    let looks = [
        ("DescribeStateMachine", json!({ "stateMachineArn": MACHINE })),
        ("DescribeStateMachineAlias", json!({ "stateMachineAliasArn": format!("{MACHINE}:LIVE") })),
        ("ListStateMachineVersions", json!({ "stateMachineArn": MACHINE })),
        ("ListActivities", json!({})),
        ("ListExecutions", json!({ "stateMachineArn": MACHINE })),
        ("DescribeExecution", json!({ "executionArn": ended })),
        ("GetExecutionHistory", json!({ "executionArn": ended })),
        ("DescribeStateMachineForExecution", json!({ "executionArn": open })),
    ];
    let mut before = Vec::new();
    for (action, body) in &looks {
        before.push(server.call(action, body.clone()).await);
    }
    server.stop().await;
    let server = Server::start_in(dir.path(), Access::Loopback).await;
    for ((action, body), before) in looks.iter().zip(before) {
        assert_eq!(server.call(action, body.clone()).await, before, "{action}");
    }
    let again = server.call("StartExecution", json!({ "stateMachineArn": version })).await;
    assert_eq!(server.ended(&again["executionArn"]).await["output"], "1");
    server.call("StopExecution", json!({ "executionArn": open })).await;
    server.stop().await;
}
