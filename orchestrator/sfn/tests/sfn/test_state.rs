//! TestState: one state by itself.

mod calls;
mod mocks;
mod refusals;

use std::sync::Arc;

use amends_engine::clock::SystemClock;
use amends_engine::driver::{TaskFailure, TaskWorker, WorkerTask};
use amends_types::BoxFuture;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::{ROLE, Server};

const INVOKE: &str = "arn:aws:states:::lambda:invoke";

/// Always answers the same.
struct Always(Result<Value, TaskFailure>);

impl TaskWorker for Always {
    fn invoke(&self, _: WorkerTask) -> BoxFuture<'static, Result<Value, TaskFailure>> {
        let answer = self.0.clone();
        Box::pin(async move { answer })
    }
}

impl Always {
    async fn start(self) -> (Server, TempDir) {
        Server::start_with(Arc::new(self), Arc::new(SystemClock::new())).await
    }
}

/// A request for this state, with everything that became of its data.
fn request(definition: &Value, input: &Value) -> Value {
    json!({
        "definition": definition.to_string(),
        "input": input.to_string(),
        "inspectionLevel": "DEBUG",
    })
}

fn with(mut request: Value, field: &str, value: Value) -> Value {
    request[field] = value;
    request
}

fn mocked(definition: &Value, input: &Value, result: &Value) -> Value {
    with(request(definition, input), "mock", json!({"result": result.to_string()}))
}

fn failing(definition: &Value, input: &Value, error: &str) -> Value {
    let mock = json!({"errorOutput": {"error": error, "cause": "because"}});
    with(request(definition, input), "mock", mock)
}

/// A Task state that is really done.
fn called(definition: &Value, input: &Value) -> Value {
    with(request(definition, input), "roleArn", ROLE.into())
}

async fn test(server: &Server, request: Value) -> Value {
    server.call("TestState", request).await
}

async fn refused(server: &Server, request: Value) -> (String, String) {
    server.refused("TestState", request).await
}

/// JSON text that an answer has.
fn parsed(text: &Value) -> Value {
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}

/// A task of a function, with more fields of the state.
fn task(resource: &str, more: Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": resource, "End": true});
    let fields = more.as_object().unwrap().clone();
    state.as_object_mut().unwrap().extend(fields);
    state
}

/// A distributed Map of a Pass state, with more fields of the state.
fn map(more: Value) -> Value {
    let processor = json!({
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Work",
        "States": {"Work": {"Type": "Pass", "End": true}},
    });
    let mut state = json!({"Type": "Map", "ItemProcessor": processor, "End": true});
    let fields = more.as_object().unwrap().clone();
    state.as_object_mut().unwrap().extend(fields);
    state
}

fn validation(message: &str) -> (String, String) {
    ("ValidationException".to_owned(), message.to_owned())
}
