//! `states:startExecution`: an execution that starts another, and may wait for its end.

use amends_asl::Pattern;
use amends_engine::driver::{ExecutionDescription, ServiceCall, TaskFailure};
use amends_engine::journal::Status;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::actions::seconds;
use crate::api_error::ApiError;
use crate::service::Service;

/// Starts an execution, as the call says, and answers as Step Functions answers its task.
///
/// The attempt is called again after a restart, with the same request: it finds what it has started then.
pub(super) async fn call(service: Service, mut call: ServiceCall) -> Result<Value, TaskFailure> {
    let (operation, _) = call.action.split_once('.').unwrap_or((&call.action, ""));
    if operation != "startExecution" {
        let cause = format!("this engine cannot call arn:aws:states:::{}:{} yet", call.service, call.action);
        return Err(TaskFailure { error: "Amends.IntegrationNotSupported".to_owned(), cause });
    }
    let request = Uuid::from_u64_pair(call.seed, call.seed.rotate_left(32));
    if call.abandoned.is_already() {
        return stop_started(&service, &call, request).await;
    }
    let started = start(&service, &call, request).await;
    let started = started.map_err(|error| failure(&call.service, &error, request))?;
    let arn = started["executionArn"].as_str().unwrap_or_default().to_owned();
    let mut output =
        json!({"ExecutionArn": arn, "StartDate": shown_start(&call.service, &started["startDate"])});
    if &*call.service == "states" {
        add_metadata(&mut output, request);
    }
    if call.pattern != Pattern::Sync {
        return Ok(output);
    }
    call.submission.report(output).await;
    wait(service, call, arn).await
}

async fn start(service: &Service, call: &ServiceCall, request: Uuid) -> Result<Value, ApiError> {
    if let Some(there) = service.started_by(&request.to_string()).await? {
        return Ok(json!({"executionArn": there.execution_arn, "startDate": seconds(there.started)}));
    }
    let parameters = &call.parameters;
    let name = match parameters["Name"].as_str() {
        Some(name) => name.to_owned(),
        None => request.to_string(),
    };
    let mut body = Map::new();
    body.insert("stateMachineArn".to_owned(), parameters["StateMachineArn"].clone());
    body.insert("name".to_owned(), name.into());
    // What is no text is passed on as JSON; nothing at all, and null, are an empty object.
    match &parameters["Input"] {
        Value::Null => {}
        Value::String(text) => drop(body.insert("input".to_owned(), text.as_str().into())),
        other => drop(body.insert("input".to_owned(), other.to_string().into())),
    }
    if let Some(header) = parameters["TraceHeader"].as_str() {
        body.insert("traceHeader".to_owned(), header.into());
    }
    service.start_for(&body.into(), Some(request.to_string())).await
}

/// Nobody waits any more: what was started before is stopped, and nothing is started.
async fn stop_started(service: &Service, call: &ServiceCall, request: Uuid) -> Result<Value, TaskFailure> {
    let failed = |error: ApiError| failure(&call.service, &error, request);
    if let Some(there) = service.started_by(&request.to_string()).await.map_err(failed)? {
        stop(service, call, &there.machine, &there.name).await.map_err(failed)?;
    }
    Ok(Value::Null)
}

/// Stops an execution, which may have ended by itself meanwhile.
async fn stop(service: &Service, call: &ServiceCall, machine: &str, name: &str) -> Result<(), ApiError> {
    let parent = &call.execution_arn;
    let cause = format!(
        "The Task state in AWS Step Functions execution [{parent}] which was managing this resource was aborted"
    );
    service.runs().stop(machine, name, None, Some(cause)).await.map(drop)
}

/// The optimised integration shows milliseconds, the SDK's a time.
fn shown_start(service: &str, seconds: &Value) -> Value {
    let milliseconds = milliseconds(seconds);
    if service == "states" {
        return milliseconds.into();
    }
    amends_types::Timestamp::from_micros(milliseconds * 1_000).to_string().into()
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds of this era are far below 2^53")]
fn milliseconds(seconds: &Value) -> i64 {
    (seconds.as_f64().unwrap_or_default() * 1_000.0).round() as i64
}

fn add_metadata(output: &mut Value, request: Uuid) {
    let request = request.to_string();
    let headers = json!({
        "x-amzn-RequestId": [&request],
        "Content-Type": ["application/x-amz-json-1.0"],
    });
    output["SdkHttpMetadata"] = json!({
        "AllHttpHeaders": headers,
        "HttpHeaders": {"x-amzn-RequestId": &request, "Content-Type": "application/x-amz-json-1.0"},
        "HttpStatusCode": 200,
    });
    output["SdkResponseMetadata"] = json!({"RequestId": request});
}

fn failure(service: &str, error: &ApiError, request: Uuid) -> TaskFailure {
    let code = error.code.as_str();
    let (message, status) = (&error.message, error.status());
    let suffix = if code.ends_with("Exception") { "" } else { "Exception" };
    if service == "states" {
        let cause = format!(
            "{message} (Service: AWSStepFunctions; Status Code: {status}; Error Code: {code}; \
             Request ID: {request}; Proxy: null)"
        );
        return TaskFailure { error: format!("StepFunctions.{code}{suffix}"), cause };
    }
    let cause = format!("{message} (Service: Sfn, Status Code: {status}, Request ID: {request})");
    TaskFailure { error: format!("Sfn.{code}{suffix}"), cause }
}

async fn wait(service: Service, mut call: ServiceCall, arn: String) -> Result<Value, TaskFailure> {
    let lost = |error: &dyn std::fmt::Display| TaskFailure {
        error: "States.TaskFailed".to_owned(),
        cause: format!("the execution {arn} cannot be watched: {error}"),
    };
    let there = service.owner().read_execution(&arn).map_err(|error| lost(&error))?;
    let there = there.ok_or_else(|| lost(&"its ARN is not of this engine"))?;
    let ended = tokio::select! {
        ended = service.runs().wait_end(&there.machine, &there.name) => ended,
        () = call.abandoned.wait() => {
            let stopped = stop(&service, &call, &there.machine, &there.name).await;
            return stopped.map(|()| Value::Null).map_err(|error| lost(&error));
        }
    };
    let ended = ended.map_err(|error| lost(&error))?.ok_or_else(|| lost(&"it is gone"))?;
    let is_second_form = call.action.ends_with(":2");
    let machine_arn = service.owner().machine(&there.machine);
    let shown = show(&ended, &machine_arn, is_second_form);
    if ended.status == Status::Succeeded {
        return Ok(shown);
    }
    Err(TaskFailure { error: "States.TaskFailed".to_owned(), cause: shown.to_string() })
}

/// DescribeExecution as the task's result has it. `.sync` has inputs and outputs as JSON text, `.sync:2` as JSON.
fn show(ended: &ExecutionDescription, machine_arn: &str, is_second_form: bool) -> Value {
    let mut shown = Map::new();
    let mut put = |key: &str, value: Value| drop(shown.insert(key.to_owned(), value));
    put("ExecutionArn", ended.execution_arn.as_str().into());
    let input = ended.input.clone();
    put("Input", if is_second_form { input } else { input.to_string().into() });
    put("InputDetails", json!({"Included": true}));
    put("Name", ended.name.as_str().into());
    if let Some(output) = &ended.output {
        let value = serde_json::from_str(output).ok().filter(|_| is_second_form);
        put("Output", value.unwrap_or_else(|| output.as_str().into()));
        put("OutputDetails", json!({"Included": true}));
    }
    if let Some(error) = &ended.error {
        put("Error", error.as_str().into());
    }
    if let Some(cause) = &ended.cause {
        put("Cause", cause.as_str().into());
    }
    put("StartDate", (ended.started.as_micros() / 1_000).into());
    put("StateMachineArn", machine_arn.into());
    put("Status", ended.status.as_str().into());
    if let Some(stopped) = ended.stopped {
        put("StopDate", (stopped.as_micros() / 1_000).into());
    }
    shown.into()
}
