//! Executions: starts, repetitions, lists, histories, ends.

use serde_json::{Value, json};

use crate::server::{MACHINE, ROLE, Server, pass, wait};

const EXECUTION: &str = "arn:aws:states:us-east-1:111111111111:execution:m";

fn names(list: &Value) -> Vec<&str> {
    list["executions"].as_array().unwrap().iter().map(|line| line["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_execution_runs_and_its_history_can_be_read_in_both_directions_and_in_pages() {
    let (server, _dir) = Server::start().await;
    server.create(&pass(&json!({"a": 1}))).await;
    let start = json!({"stateMachineArn": MACHINE, "name": "e", "input": "{\"b\": 2}"});
    let started = server.call("StartExecution", start).await;
    assert_eq!(started["executionArn"], format!("{EXECUTION}:e"));
    let ended = server.ended(&started["executionArn"]).await;
    assert_eq!((&ended["status"], &ended["output"]), (&json!("SUCCEEDED"), &json!("{\"a\":1}")));
    assert_eq!(ended["redriveStatusReason"], "Execution is SUCCEEDED and cannot be redriven");
    let mut asked = json!({"executionArn": started["executionArn"], "maxResults": 3});
    let first = server.call("GetExecutionHistory", asked.clone()).await;
    assert_eq!(first["events"][0]["executionStartedEventDetails"]["roleArn"], ROLE);
    asked["nextToken"] = first["nextToken"].clone();
    let second = server.call("GetExecutionHistory", asked.clone()).await;
    assert_eq!((&second["events"][0]["id"], second.get("nextToken")), (&json!(4), None));
    asked["reverseOrder"] = json!(true);
    let (code, _) = server.refused("GetExecutionHistory", asked.clone()).await;
    assert_eq!(code, "InvalidToken");
    asked["nextToken"] = Value::Null;
    asked["includeExecutionData"] = json!(false);
    let last = server.call("GetExecutionHistory", asked).await;
    assert_eq!((&last["events"][0]["id"], &last["events"][2]["id"]), (&json!(4), &json!(2)));
    assert_eq!(last["events"][1]["stateExitedEventDetails"], json!({"name": "a"}));
}

#[tokio::test]
async fn the_same_start_is_the_same_execution_while_it_runs() {
    let (server, _dir) = Server::start().await;
    server.create(&wait()).await;
    let start = |input: &str| json!({"stateMachineArn": MACHINE, "name": "e", "input": input});
    let first = server.call("StartExecution", start("{\"a\": 1}")).await;
    assert_eq!(server.call("StartExecution", start("{\"a\":1}")).await, first);
    let taken = server.refused("StartExecution", start("2")).await;
    let message = format!("Execution Already Exists: '{EXECUTION}:e'");
    assert_eq!(taken, ("ExecutionAlreadyExists".to_owned(), message));
    let stop = json!({"executionArn": first["executionArn"], "error": "E", "cause": "C"});
    let stopped = server.call("StopExecution", stop.clone()).await;
    let ended = server.ended(&first["executionArn"]).await;
    assert_eq!((&ended["status"], &ended["error"]), (&json!("ABORTED"), &json!("E")));
    assert_eq!(ended["redriveStatus"], "REDRIVABLE");
    assert_eq!(server.call("StopExecution", stop).await, stopped);
    assert_eq!(server.refused("StartExecution", start("{\"a\": 1}")).await.0, "ExecutionAlreadyExists");
}

#[tokio::test]
async fn an_execution_keeps_the_revision_that_it_was_started_with() {
    let (server, _dir) = Server::start().await;
    server.create(&pass(&json!(1))).await;
    server.call("PublishStateMachineVersion", json!({ "stateMachineArn": MACHINE })).await;
    let update = json!({"stateMachineArn": MACHINE, "definition": pass(&json!(2)).to_string()});
    server.call("UpdateStateMachine", update).await;
    let version = format!("{MACHINE}:1");
    let route = json!([{"stateMachineVersionArn": version, "weight": 100}]);
    let alias = json!({"name": "LIVE", "routingConfiguration": route});
    server.call("CreateStateMachineAlias", alias).await;
    let mut outputs = Vec::new();
    for arn in [MACHINE.to_owned(), version.clone(), format!("{MACHINE}:LIVE"), MACHINE.to_owned()] {
        let started = server.call("StartExecution", json!({ "stateMachineArn": arn })).await;
        let ended = server.ended(&started["executionArn"]).await;
        let of = (ended.get("stateMachineVersionArn").is_some(), ended.get("stateMachineAliasArn").is_some());
        outputs.push((ended["output"].as_str().unwrap().to_owned(), of));
        let shown = server
            .call("DescribeStateMachineForExecution", json!({"executionArn": started["executionArn"]}))
            .await;
        assert_eq!(shown["revisionId"].is_string(), !of.0);
    }
    let expected = [("2", (false, false)), ("1", (true, false)), ("1", (true, true)), ("2", (false, false))];
    assert_eq!(outputs, expected.map(|(output, of)| (output.to_owned(), of)));
    let list = server.call("ListExecutions", json!({ "stateMachineArn": version })).await;
    assert_eq!(names(&list).len(), 2);
    let list = server.call("ListExecutions", json!({ "stateMachineArn": format!("{MACHINE}:LIVE") })).await;
    assert_eq!(names(&list).len(), 1);
}

#[tokio::test]
async fn executions_are_listed_the_newest_first_in_pages_and_by_status() {
    let (server, _dir) = Server::start().await;
    server.create(&wait()).await;
    for name in ["a", "b", "c"] {
        server.call("StartExecution", json!({"stateMachineArn": MACHINE, "name": name})).await;
    }
    server.call("StopExecution", json!({ "executionArn": format!("{EXECUTION}:b") })).await;
    let first = server.call("ListExecutions", json!({"stateMachineArn": MACHINE, "maxResults": 2})).await;
    assert_eq!(names(&first), ["c", "b"]);
    let next = json!({"stateMachineArn": MACHINE, "maxResults": 2, "nextToken": first["nextToken"]});
    let second = server.call("ListExecutions", next).await;
    assert_eq!((names(&second), second.get("nextToken")), (vec!["a"], None));
    for (status, expected) in
        [("RUNNING", vec!["c", "a"]), ("ABORTED", vec!["b"]), ("PENDING_REDRIVE", vec![])]
    {
        let list =
            server.call("ListExecutions", json!({"stateMachineArn": MACHINE, "statusFilter": status})).await;
        assert_eq!(names(&list), expected, "{status}");
    }
}

#[tokio::test]
async fn executions_of_a_deleted_state_machine_are_not_those_of_the_next_one() {
    let (server, _dir) = Server::start().await;
    server.create(&pass(&json!(1))).await;
    let old = server.call("StartExecution", json!({ "stateMachineArn": MACHINE })).await;
    server.ended(&old["executionArn"]).await;
    server.call("DeleteStateMachine", json!({ "stateMachineArn": MACHINE })).await;
    server.create(&pass(&json!(2))).await;
    let list = server.call("ListExecutions", json!({ "stateMachineArn": MACHINE })).await;
    assert_eq!(list, json!({ "executions": [] }));
    assert_eq!(server.ended(&old["executionArn"]).await["output"], "1");
}

#[tokio::test]
async fn an_execution_that_is_not_there_is_told_by_its_arn() {
    let (server, _dir) = Server::start().await;
    let arn = format!("{EXECUTION}:nothing");
    let expected = ("ExecutionDoesNotExist".to_owned(), format!("Execution Does Not Exist: '{arn}'"));
    for action in [
        "DescribeExecution",
        "GetExecutionHistory",
        "StopExecution",
        "DescribeStateMachineForExecution",
        "RedriveExecution",
        "ListMapRuns",
    ] {
        assert_eq!(server.refused(action, json!({ "executionArn": arn })).await, expected, "{action}");
    }
}
