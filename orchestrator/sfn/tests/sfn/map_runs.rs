//! Map runs and their child executions.

use serde_json::{Value, json};

use crate::server::{MACHINE, Server};

/// Children of items below zero fail, those of zero wait for an hour.
fn definition(fields: &Value) -> Value {
    let mut map = json!({"Type": "Map", "Label": "L", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "c", "States": {
            "c": {"Type": "Choice", "Default": "p", "Choices": [
                {"Variable": "$", "NumericLessThan": 0, "Next": "f"},
                {"Variable": "$", "NumericEquals": 0, "Next": "w"}]},
            "p": {"Type": "Pass", "Result": "done", "End": true},
            "f": {"Type": "Fail", "Error": "E", "Cause": "C"},
            "w": {"Type": "Wait", "Seconds": 3600, "End": true}}}});
    for (name, value) in fields.as_object().unwrap() {
        map[name] = value.clone();
    }
    json!({"StartAt": "M", "States": {"M": map}})
}

async fn started(server: &Server, fields: &Value, input: &str) -> Value {
    server.create(&definition(fields)).await;
    let start = json!({"stateMachineArn": MACHINE, "name": "e", "input": input});
    server.call("StartExecution", start).await["executionArn"].clone()
}

/// The first map run of an execution, once there is one.
async fn map_run(server: &Server, execution: &Value) -> Value {
    loop {
        let mut list = server.call("ListMapRuns", json!({ "executionArn": execution })).await;
        if let Some(run) = list["mapRuns"].as_array_mut().unwrap().pop() {
            return run;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn statuses(list: &Value) -> Vec<&str> {
    list["executions"].as_array().unwrap().iter().map(|line| line["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_map_run_tells_how_many_of_its_children_are_where() {
    let (server, _dir) = Server::start().await;
    let fields = json!({"ToleratedFailurePercentage": 50, "MaxConcurrency": 7});
    let execution = started(&server, &fields, "[1, -1, 2]").await;
    server.ended(&execution).await;
    let line = map_run(&server, &execution).await;
    assert_eq!((&line["executionArn"], &line["stateMachineArn"]), (&execution, &json!(MACHINE)));
    let run = server.call("DescribeMapRun", json!({"mapRunArn": line["mapRunArn"]})).await;
    assert_eq!((&run["status"], &run["executionArn"]), (&json!("SUCCEEDED"), &execution));
    assert_eq!((&run["maxConcurrency"], &run["toleratedFailureCount"]), (&json!(7), &json!(0)));
    assert_eq!(run["toleratedFailurePercentage"], json!(50.0));
    let counts = json!({"pending": 0, "running": 0, "succeeded": 2, "failed": 1, "timedOut": 0, "aborted": 0,
        "total": 3, "resultsWritten": 0, "failuresNotRedrivable": 0, "pendingRedrive": 0});
    assert_eq!((&run["itemCounts"], &run["executionCounts"]), (&counts, &counts));
    assert!(run["stopDate"].is_number() && run["redriveCount"] == 0);
}

#[tokio::test]
async fn children_are_listed_described_and_have_histories_of_their_own() {
    let (server, _dir) = Server::start().await;
    let execution = started(&server, &json!({"ToleratedFailureCount": 1}), "[1, -1, 2]").await;
    server.ended(&execution).await;
    let run = map_run(&server, &execution).await["mapRunArn"].clone();
    let mut asked = json!({"mapRunArn": run, "maxResults": 2});
    let first = server.call("ListExecutions", asked.clone()).await;
    assert_eq!(statuses(&first), ["SUCCEEDED", "FAILED"]);
    asked["nextToken"] = first["nextToken"].clone();
    let second = server.call("ListExecutions", asked).await;
    assert_eq!((statuses(&second), second.get("nextToken")), (vec!["SUCCEEDED"], None));
    let failed = json!({"mapRunArn": run, "statusFilter": "FAILED"});
    let failed = server.call("ListExecutions", failed).await["executions"][0].clone();
    assert_eq!((&failed["itemCount"], &failed["mapRunArn"]), (&json!(1), &run));
    let arn = failed["executionArn"].clone();
    let described = server.call("DescribeExecution", json!({ "executionArn": arn })).await;
    assert_eq!((&described["error"], &described["cause"]), (&json!("E"), &json!("C")));
    assert_eq!(
        (&described["input"], &described["redriveStatus"]),
        (&json!("-1"), &json!("REDRIVABLE_BY_MAP_RUN"))
    );
    assert_eq!(described["stateMachineArn"], format!("{MACHINE}/L"));
    let history = server.call("GetExecutionHistory", json!({ "executionArn": arn })).await;
    let types: Vec<_> = history["events"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    let expected = [
        "ExecutionStarted",
        "ChoiceStateEntered",
        "ChoiceStateExited",
        "FailStateEntered",
        "ExecutionFailed",
    ];
    assert_eq!(types, expected);
    let machine = server.call("DescribeStateMachineForExecution", json!({ "executionArn": arn })).await;
    assert_eq!((&machine["label"], &machine["mapRunArn"]), (&json!("L"), &run));
    assert_eq!(
        server.refused("RedriveExecution", json!({ "executionArn": arn })).await.0,
        "ExecutionNotRedrivable"
    );
}

#[tokio::test]
async fn a_map_run_under_way_is_seen_changed_and_stopped_with_its_execution() {
    let (server, _dir) = Server::start().await;
    let execution = started(&server, &json!({"MaxConcurrency": 1}), "[0, 0, 0]").await;
    let run = map_run(&server, &execution).await["mapRunArn"].clone();
    let of = json!({ "mapRunArn": run });
    let counts = |run: &Value| (run["itemCounts"]["running"].clone(), run["itemCounts"]["pending"].clone());
    let described = server.call("DescribeMapRun", of.clone()).await;
    assert_eq!((counts(&described), &described["status"]), ((json!(1), json!(2)), &json!("RUNNING")));
    server
        .call("UpdateMapRun", json!({"mapRunArn": run, "maxConcurrency": 2, "toleratedFailureCount": 1}))
        .await;
    let described = server.call("DescribeMapRun", of.clone()).await;
    assert_eq!((counts(&described), &described["maxConcurrency"]), ((json!(2), json!(1)), &json!(2)));
    assert_eq!(described["toleratedFailureCount"], 1);
    let child = server.call("ListExecutions", of.clone()).await["executions"][0]["executionArn"].clone();
    server.call("StopExecution", json!({ "executionArn": child, "error": "E" })).await;
    let child = server.call("DescribeExecution", json!({ "executionArn": child })).await;
    assert_eq!((&child["status"], &child["error"]), (&json!("ABORTED"), &json!("E")));
    server.call("StopExecution", json!({ "executionArn": execution })).await;
    let described = server.call("DescribeMapRun", of).await;
    assert_eq!((&described["status"], &described["itemCounts"]["aborted"]), (&json!("ABORTED"), &json!(3)));
    assert_eq!(
        server.refused("UpdateMapRun", json!({"mapRunArn": run, "maxConcurrency": 2})).await.0,
        "ValidationException"
    );
}

#[tokio::test]
async fn a_redriven_map_run_says_so() {
    let (server, _dir) = Server::start().await;
    let execution = started(&server, &json!({}), "[1, -1]").await;
    assert_eq!(server.ended(&execution).await["status"], "FAILED");
    let redriven = server.call("RedriveExecution", json!({ "executionArn": execution })).await;
    assert_eq!(server.ended(&execution).await["status"], "FAILED");
    let line = map_run(&server, &execution).await;
    let run = server.call("DescribeMapRun", json!({"mapRunArn": line["mapRunArn"]})).await;
    assert_eq!((&run["redriveCount"], &run["redriveDate"]), (&json!(1), &redriven["redriveDate"]));
    let again = json!({"mapRunArn": line["mapRunArn"], "redriveFilter": "REDRIVEN"});
    let again = server.call("ListExecutions", again).await;
    assert_eq!((statuses(&again), &again["executions"][0]["redriveCount"]), (vec!["FAILED"], &json!(1)));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (server, _dir) = Server::start().await;
    let base = "arn:aws:states:us-east-1:111111111111";
    let run = json!({"mapRunArn": format!("{base}:mapRun:m/L:00000000-0000-4000-8000-000000000000")});
    assert_eq!(server.refused("DescribeMapRun", run.clone()).await.0, "ResourceNotFound");
    assert_eq!(server.refused("ListExecutions", run).await.0, "ResourceNotFound");
    assert_eq!(
        server.refused("DescribeMapRun", json!({"mapRunArn": format!("{base}:mapRun:m")})).await.0,
        "InvalidArn"
    );
    let child = json!({"executionArn": format!("{base}:execution:m/L:00000000-0000-4000-8000-000000000000")});
    for action in ["DescribeExecution", "GetExecutionHistory", "StopExecution", "ListMapRuns"] {
        assert_eq!(server.refused(action, child.clone()).await.0, "ExecutionDoesNotExist", "{action}");
    }
}
