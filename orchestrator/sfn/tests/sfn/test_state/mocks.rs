//! States with a mock: what became of their data, and where their errors lead.

use serde_json::{Value, json};

use super::{INVOKE, failing, map, mocked, parsed, request, task, test, with};
use crate::server::Server;

#[tokio::test]
async fn what_each_thread_of_a_map_is_given_is_shown() {
    let (server, _dir) = Server::start().await;
    let state = map(json!({
        "ItemsPath": "$.items",
        "ItemSelector": {"n.$": "$$.Map.Item.Index", "is.$": "$$.Map.Item.Value", "of.$": "$.order"},
        "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"of.$": "$.order"}},
    }));
    let input = json!({"order": "o", "items": ["a", "b", "c"]});
    let shown = &test(&server, mocked(&state, &input, &json!([1, 2]))).await["inspectionData"];
    let given = |n: u32, is: &str| json!({"n": n, "is": is, "of": "o"});
    assert_eq!(parsed(&shown["afterItemsPath"]), json!(["a", "b", "c"]));
    assert_eq!(parsed(&shown["afterItemSelector"]), json!([given(0, "a"), given(1, "b"), given(2, "c")]));
    let batch = |items: Value| json!({"BatchInput": {"of": "o"}, "Items": items});
    let batches = json!([batch(json!([given(0, "a"), given(1, "b")])), batch(json!([given(2, "c")]))]);
    assert_eq!(parsed(&shown["afterItemBatcher"]), batches);
}

#[tokio::test]
async fn what_each_thread_of_a_jsonata_map_is_given_is_shown() {
    let (server, _dir) = Server::start().await;
    let state = map(json!({
        "QueryLanguage": "JSONata",
        "Items": "{% $states.input.items %}",
        "ItemSelector": {"is": "{% $states.context.Map.Item.Value %}", "of": "{% $states.input.order %}"},
    }));
    let input = json!({"order": "o", "items": ["a", "b"]});
    let shown = &test(&server, mocked(&state, &input, &json!([1, 2]))).await["inspectionData"];
    assert_eq!(parsed(&shown["afterItemSelector"]), json!([{"is": "a", "of": "o"}, {"is": "b", "of": "o"}]));
    assert!(shown.get("afterItemsPath").is_none() && shown.get("afterInputPath").is_none());
}

#[tokio::test]
async fn what_an_item_reader_reads_becomes_the_items() {
    let (server, _dir) = Server::start().await;
    let read = async |config: Value, data: &str| {
        let parameters = json!({"Bucket": "b", "Key": "k"});
        let resource = "arn:aws:states:::s3:getObject";
        let reader = json!({"Resource": resource, "Parameters": parameters, "ReaderConfig": config});
        let state = map(json!({"ItemReader": reader, "ItemSelector": {"is.$": "$$.Map.Item.Value"}}));
        let asked = mocked(&state, &json!({}), &json!([]));
        test(&server, with(asked, "stateConfiguration", json!({"mapItemReaderData": data}))).await
    };
    let items = |answer: &Value| parsed(&answer["inspectionData"]["afterItemSelector"]);
    let json = read(json!({"InputType": "JSON", "ItemsPointer": "/a/b"}), r#"{"a": {"b": [1, 2]}}"#).await;
    assert_eq!(parsed(&json["inspectionData"]["afterItemsPointer"]), json!([1, 2]));
    assert_eq!(items(&json), json!([{"is": 1}, {"is": 2}]));
    let lines = read(json!({"InputType": "JSONL", "MaxItems": 1}), "{\"a\": 1}\n{\"a\": 2}\n").await;
    assert_eq!(items(&lines), json!([{"is": {"a": 1}}]));
    let table = json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"});
    let table = read(table, "sku,note\nMUG,\"a, b\"\nCUP\n").await;
    let rows = json!([{"is": {"sku": "MUG", "note": "a, b"}}, {"is": {"sku": "CUP", "note": ""}}]);
    assert_eq!(items(&table), rows);
    let named = json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["n"], "CSVDelimiter": "PIPE"});
    assert_eq!(items(&read(named, "1|x\n2|y\n").await), json!([{"is": {"n": "1"}}, {"is": {"n": "2"}}]));
    let unreadable = read(json!({"InputType": "JSON"}), r#"{"a": 1}"#).await;
    assert_eq!(
        (&unreadable["status"], &unreadable["error"]),
        (&json!("FAILED"), &json!("States.ItemReaderFailed"))
    );
}

#[tokio::test]
async fn what_an_item_reader_reads_need_not_be_given() {
    let (server, _dir) = Server::start().await;
    let reader =
        json!({"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}});
    let state = map(json!({"ItemReader": reader}));
    let answer = test(&server, mocked(&state, &json!({}), &json!([1]))).await;
    assert_eq!((&answer["status"], &answer["output"]), (&json!("SUCCEEDED"), &json!("[1]")));
}

#[tokio::test]
async fn a_map_with_too_many_failures_fails_whatever_its_result() {
    let (server, _dir) = Server::start().await;
    let state = map(json!({
        "ToleratedFailureCount": 1,
        "Catch": [{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "Next": "Handle"}],
    }));
    let failed = async |count: u32| {
        let asked = mocked(&state, &json!([1, 2, 3]), &json!([1, 2, 3]));
        test(&server, with(asked, "stateConfiguration", json!({"mapIterationFailureCount": count}))).await
    };
    assert_eq!(failed(1).await["status"], "SUCCEEDED");
    let answer = failed(2).await;
    assert_eq!((&answer["status"], &answer["nextState"]), (&json!("CAUGHT_ERROR"), &json!("Handle")));
}

#[tokio::test]
async fn nothing_takes_a_mocked_runtime_error() {
    let (server, _dir) = Server::start().await;
    let state = task(
        INVOKE,
        json!({
            "Parameters": {"FunctionName": "f"},
            "Retry": [{"ErrorEquals": ["States.ALL"]}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Handle"}],
        }),
    );
    let answer = test(&server, failing(&state, &json!({}), "States.Runtime")).await;
    let failed = json!({"status": "FAILED", "error": "States.Runtime", "cause": "because"});
    for (field, value) in failed.as_object().unwrap() {
        assert_eq!(&answer[field], value);
    }
    assert_eq!(test(&server, failing(&state, &json!({}), "E")).await["status"], "RETRIABLE");
}

#[tokio::test]
async fn retries_are_counted_by_the_context_object_if_nothing_else_counts_them() {
    let (server, _dir) = Server::start().await;
    let retrier = json!({"ErrorEquals": ["E"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2.0});
    let state = task(INVOKE, json!({"Parameters": {"FunctionName": "f"}, "Retry": [retrier]}));
    let asked = |count: u32| {
        let context = json!({"State": {"RetryCount": count}}).to_string();
        with(failing(&state, &json!({}), "E"), "context", context.into())
    };
    let second = test(&server, asked(1)).await;
    let details = json!({"retryIndex": 0, "retryBackoffIntervalSeconds": 4});
    assert_eq!(second["inspectionData"]["errorDetails"], details);
    assert_eq!(test(&server, asked(3)).await["status"], "FAILED");
    let said = with(asked(3), "stateConfiguration", json!({"retrierRetryCount": 0}));
    assert_eq!(test(&server, said).await["status"], "RETRIABLE");
}

#[tokio::test]
async fn data_is_shown_up_to_where_the_state_fails() {
    let (server, _dir) = Server::start().await;
    let state = task(INVOKE, json!({"InputPath": "$.a", "Parameters": {"FunctionName.$": "$.none"}}));
    let answer = test(&server, mocked(&state, &json!({"a": {"b": 1}}), &json!({}))).await;
    assert_eq!((&answer["status"], &answer["error"]), (&json!("FAILED"), &json!("States.Runtime")));
    let shown = json!({"input": r#"{"a":{"b":1}}"#, "afterInputPath": r#"{"b":1}"#});
    assert_eq!(answer["inspectionData"], shown);
    let state = task(INVOKE, json!({"Parameters": {"FunctionName": "f"}, "ResultPath": "$.a.b.c"}));
    let answer = test(&server, mocked(&state, &json!({"a": 1}), &json!({"Payload": 2}))).await;
    assert_eq!(answer["error"], "States.ResultPathMatchFailure");
    assert_eq!(answer["inspectionData"]["afterResultSelector"], r#"{"Payload":2}"#);
    let state = json!({"Type": "Pass", "InputPath": "$.none", "End": true});
    let answer = test(&server, request(&state, &json!({}))).await;
    assert_eq!(answer["inspectionData"], json!({"input": "{}"}));
    // There is no history whose event a cause could name.
    assert_eq!(answer["cause"], "Invalid path '$.none' : No results for path: $['none']");
}

#[tokio::test]
async fn a_state_within_a_map_works_on_the_first_item() {
    let (server, _dir) = Server::start().await;
    let work = json!({"Type": "Pass", "Parameters": {"item.$": "$$.Map.Item"}, "End": true});
    let item = async |mode: Value| {
        let processor = json!({"ProcessorConfig": mode, "StartAt": "Work", "States": {"Work": work}});
        let state = json!({"Type": "Map", "ItemProcessor": processor, "End": true});
        let machine = json!({"StartAt": "Each", "States": {"Each": state}});
        let answer = test(&server, with(request(&machine, &json!("a")), "stateName", "Work".into())).await;
        parsed(&answer["output"])["item"].clone()
    };
    assert_eq!(item(json!({"Mode": "INLINE"})).await, json!({"Index": 0, "Value": "a"}));
    let distributed = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    assert_eq!(item(distributed).await, json!({"Index": 0, "Value": "a", "Source": "STATE_DATA"}));
}

#[tokio::test]
async fn a_task_that_waits_for_a_token_has_one() {
    let (server, _dir) = Server::start().await;
    let parameters = json!({"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}});
    let state = task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", json!({"Parameters": parameters}));
    let answer = test(&server, mocked(&state, &json!({}), &json!({"done": true}))).await;
    assert_eq!(answer["output"], r#"{"done":true}"#);
    let token = parsed(&answer["inspectionData"]["afterParameters"])["MessageBody"]["token"].clone();
    assert!(!token.as_str().unwrap().is_empty());
}

#[tokio::test]
async fn what_the_branches_of_a_parallel_state_are_given_must_be_there() {
    let (server, _dir) = Server::start().await;
    let branch = json!({"StartAt": "a", "States": {"a": {"Type": "Pass", "End": true}}});
    let parameters = json!({"a.$": "$.none"});
    let state = json!({"Type": "Parallel", "Branches": [branch], "Parameters": parameters, "End": true});
    let answer = test(&server, mocked(&state, &json!({}), &json!([1]))).await;
    assert_eq!((&answer["status"], &answer["error"]), (&json!("FAILED"), &json!("States.Runtime")));
}
