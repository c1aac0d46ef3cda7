//! The functions that the cases call.

use std::time::Duration;

use amends_engine::interp::{Input, Invocation, LambdaCall};
use serde_json::Value;

const REQUEST: &str = "00000000-0000-4000-8000-000000000000";

/// What the function answers, and after how long.
pub(crate) fn call(lambdas: &Value, invocation: Invocation) -> (Duration, Input) {
    let task = invocation.task;
    let fail = |error: &str, cause: String| Input::TaskFailed { task, error: error.to_owned(), cause };
    let call = match LambdaCall::from_invocation(invocation) {
        Ok(call) => call,
        Err(refused) => return (Duration::ZERO, fail(&refused.error, refused.cause)),
    };
    let name = call.function.rsplit(':').next().unwrap_or_default();
    let Some(does) = lambdas.get(name) else {
        let arn = format!("arn:aws:lambda:us-east-1:111111111111:function:{name}:$LATEST");
        let details = "(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; \
                       Request ID";
        let cause = format!("Function not found: {arn} {details}: {REQUEST}; Proxy: null)");
        return (Duration::ZERO, fail("Lambda.ResourceNotFoundException", cause));
    };
    let delay = Duration::from_secs_f64(does["sleeps"].as_f64().unwrap_or(0.0));
    if let Some(raised) = does.get("raises") {
        let error = raised["type"].as_str().unwrap();
        // With spaces, as Python writes JSON.
        let cause = format!(
            "{{\"errorMessage\": {}, \"errorType\": {}, \"requestId\": \"{REQUEST}\", \"stackTrace\": {}}}",
            raised["message"], raised["type"], raised["trace"]
        );
        return (delay, fail(error, cause));
    }
    let output = match (does.get("returns"), does.get("returns_repeated")) {
        (Some(value), _) => value.clone(),
        (None, Some(repeated)) => {
            let times = usize::try_from(repeated["times"].as_u64().unwrap()).unwrap();
            Value::String(repeated["text"].as_str().unwrap().repeat(times))
        }
        (None, None) => call.event,
    };
    (delay, Input::TaskSucceeded { task, output })
}
