//! What Lambda itself says when a function cannot be invoked, or does not come to an answer.

use serde_json::json;
use uuid::Uuid;

use crate::answer::{FunctionAnswer, InvokeError};

/// The most bytes of a synchronous invocation's payload: 6 MiB.
pub(super) const MOST_REQUEST_BYTES: usize = 6 * 1024 * 1024;
/// The most bytes of an answer: 6 MiB and 100 bytes, as Lambda's message has it.
pub(super) const MOST_RESPONSE_BYTES: usize = 6_291_556;

fn refused(code: &str, status: u16, message: String) -> InvokeError {
    InvokeError { code: code.to_owned(), message, status, request: Uuid::new_v4().to_string() }
}

/// There is no such function.
pub(super) fn not_found(arn: &str) -> InvokeError {
    refused("ResourceNotFoundException", 404, format!("Function not found: {arn}"))
}

/// The name of a function cannot be one.
pub(super) fn invalid_name(text: &str) -> InvokeError {
    let message = format!(
        "1 validation error detected: Value '{text}' at 'functionName' failed to satisfy constraint: \
         Member must be the name or the ARN of a function, with or without a qualifier"
    );
    refused("ValidationException", 400, message)
}

/// More invocations at once than there may be.
pub(super) fn throttled() -> InvokeError {
    refused("TooManyRequestsException", 429, "Rate Exceeded.".to_owned())
}

/// The payload is larger than an invocation's may be.
pub(super) fn request_too_large() -> InvokeError {
    let message =
        format!("Request must be smaller than {MOST_REQUEST_BYTES} bytes for the InvokeFunction operation");
    refused("RequestTooLargeException", 413, message)
}

fn failed(error: &str, request: &str, message: &str) -> FunctionAnswer {
    let payload =
        json!({"errorType": error, "errorMessage": format!("RequestId: {request} Error: {message}")});
    FunctionAnswer { payload: payload.to_string(), has_failed: true }
}

/// The function took longer than it may.
pub(super) fn timed_out(request: &str, seconds: u64) -> FunctionAnswer {
    failed("Sandbox.Timedout", request, &format!("Task timed out after {seconds}.00 seconds"))
}

/// The function's process ended. `how` is `exit status 1`, `signal: killed`, or nothing when it ended well.
pub(super) fn exited(request: &str, how: Option<&str>) -> FunctionAnswer {
    let message = match how {
        Some(how) => format!("Runtime exited with error: {how}"),
        None => "Runtime exited without providing a reason".to_owned(),
    };
    failed("Runtime.ExitError", request, &message)
}

/// The function's program cannot be started.
pub(super) fn invalid_entrypoint(request: &str, program: &str, why: &str) -> FunctionAnswer {
    failed("Runtime.InvalidEntrypoint", request, &format!("Couldn't start {program}: {why}"))
}

/// This machine has no room for another environment: what it lacks says the error.
pub(super) fn no_environment(request: &str, why: &str) -> FunctionAnswer {
    failed("Lambda.ServiceException", request, &format!("an environment cannot be made: {why}"))
}

/// The function answered more than an answer may have.
pub(super) fn response_too_large(request: &str) -> FunctionAnswer {
    let message =
        format!("Response payload size exceeded maximum allowed payload size ({MOST_RESPONSE_BYTES} bytes).");
    failed("Function.ResponseSizeTooLarge", request, &message)
}
