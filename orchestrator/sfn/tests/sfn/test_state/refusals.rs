//! What cannot be tested, and mocks that cannot be.

use serde_json::{Value, json};

use super::{Always, INVOKE, failing, map, mocked, refused, request, task, test, validation, with};
use crate::server::{ROLE, Server};

#[tokio::test]
async fn a_map_or_parallel_state_needs_a_mock() {
    let (server, _dir) = Server::start().await;
    let branch = json!({"StartAt": "a", "States": {"a": {"Type": "Pass", "End": true}}});
    let parallel = json!({"Type": "Parallel", "Branches": [branch], "End": true});
    let expected = "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, \
                    Pass, Succeed, Fail, Choice]";
    for state in [map(json!({})), parallel] {
        let error = refused(&server, request(&state, &json!([]))).await;
        assert_eq!(error, ("InvalidDefinition".to_owned(), expected.to_owned()));
    }
}

#[tokio::test]
async fn a_task_that_somebody_else_answers_needs_a_mock() {
    let (server, _dir) = Server::start().await;
    let sync = "the '.sync' service integration pattern";
    let token = "the '.waitForTaskToken' service integration pattern";
    let tasks = [
        ("arn:aws:states:us-east-1:111111111111:activity:a", "Activity tasks"),
        ("arn:aws:states:::states:startExecution.sync", sync),
        ("arn:aws:states:::states:startExecution.sync:2", sync),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", token),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", token),
    ];
    for (resource, what) in tasks {
        let parameters = json!({"StateMachineArn": "arn", "QueueUrl": "q", "FunctionName": "f", "MessageBody": 1,
            "Payload": {"token.$": "$$.Task.Token"}, "Input": {"token.$": "$$.Task.Token"}});
        let state = task(resource, json!({"Parameters": parameters}));
        let error = refused(&server, with(request(&state, &json!({})), "roleArn", ROLE.into())).await;
        let expected = format!("TestState does not support {what} when a mock is not specified.");
        assert_eq!(error, validation(&expected), "{resource}");
    }
}

#[tokio::test]
async fn what_only_means_something_beside_a_mock_needs_one() {
    let (server, _dir) = Always(Ok(Value::Null)).start().await;
    let state = task(INVOKE, json!({"Parameters": {"FunctionName": "f"}}));
    let asked = || with(request(&state, &json!({})), "roleArn", ROLE.into());
    let configurations = [
        ("MapIterationFailureCount", json!({"mapIterationFailureCount": 0})),
        ("ErrorCausedByState", json!({"errorCausedByState": "Work"})),
        ("RetrierRetryCount", json!({"retrierRetryCount": 0})),
        ("MapItemReaderData", json!({"mapItemReaderData": "[]"})),
    ];
    let expected =
        |field| validation(&format!("TestState does not support {field} when a mock is not specified."));
    for (field, configuration) in configurations {
        let error = refused(&server, with(asked(), "stateConfiguration", configuration)).await;
        assert_eq!(error, expected(field));
    }
    let error = refused(&server, with(asked(), "context", "{}".into())).await;
    assert_eq!(error, expected("Context"));
}

#[tokio::test]
async fn a_mocked_error_has_a_name() {
    let (server, _dir) = Server::start().await;
    let state = task(INVOKE, json!({"Parameters": {"FunctionName": "f"}}));
    let mock = json!({"errorOutput": {"cause": "because"}});
    let error = refused(&server, with(request(&state, &json!({})), "mock", mock)).await;
    let expected = "1 validation error detected: Value null at 'mock.errorOutput.error' failed to satisfy constraint: \
                    Member must not be null";
    assert_eq!(error, validation(expected));
}

#[tokio::test]
async fn a_map_whose_results_are_written_elsewhere_has_an_object_as_its_result() {
    let (server, _dir) = Server::start().await;
    let resource = "arn:aws:states:::s3:putObject";
    let writer = json!({"Resource": resource, "Parameters": {"Bucket": "b", "Prefix": "p"}});
    let state = map(json!({"ResultWriter": writer}));
    let error = refused(&server, mocked(&state, &json!([1]), &json!([1]))).await;
    assert_eq!(error, validation("Mocked result must be a JSON object."));
    let written = json!({"MapRunArn": "arn", "ResultWriterDetails": {"Bucket": "b", "Key": "k"}});
    let answer = test(&server, mocked(&state, &json!([1]), &written)).await;
    assert_eq!(answer["status"], "SUCCEEDED");
}

#[tokio::test]
async fn no_more_iterations_have_failed_than_there_are_items() {
    let (server, _dir) = Server::start().await;
    let state = map(json!({"ToleratedFailureCount": 1}));
    let failed = |count: u32| {
        let asked = failing(&state, &json!([1, 2]), "E");
        with(asked, "stateConfiguration", json!({"mapIterationFailureCount": count}))
    };
    let error = refused(&server, failed(3)).await;
    let expected = "MapIterationFailureCount cannot exceed the number of items in the input.";
    assert_eq!(error, validation(expected));
    let answer = test(&server, failed(2)).await;
    assert_eq!(answer["error"], "States.ExceedToleratedFailureThreshold");
}

#[tokio::test]
async fn a_job_that_is_waited_for_is_mocked_with_how_it_is_described() {
    let (server, _dir) = Server::start().await;
    let parameters = json!({"Parameters": {"StateMachineArn": "arn"}});
    let state = task("arn:aws:states:::states:startExecution.sync:2", parameters);
    let described = |status: &str, output: Value| {
        json!({"ExecutionArn": "arn", "StateMachineArn": "arn", "Status": status, "StartDate": "2026-01-01T00:00:00Z",
            "Output": output})
    };
    let answer = test(&server, mocked(&state, &json!({}), &described("SUCCEEDED", "{}".into()))).await;
    assert_eq!(answer["status"], "SUCCEEDED");
    let faults = [
        (described("DONE", "{}".into()), "Field 'Status' is not an expected value"),
        (described("SUCCEEDED", json!({})), "Field 'Output' must be a string"),
    ];
    for (result, fault) in faults {
        let error = refused(&server, mocked(&state, &json!({}), &result)).await;
        assert_eq!(error, validation(&format!("Mock result schema validation error: {fault}")));
    }
}
