//! What a function, or Lambda itself, answers, and what Step Functions makes of it.

use amends_engine::driver::TaskFailure;
use serde::Deserialize;
use serde_json::Value;

/// What a function answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionAnswer {
    /// The payload as the function wrote it.
    pub payload: String,
    /// The function failed: the payload says how (`X-Amz-Function-Error`).
    pub has_failed: bool,
}

/// Lambda did not invoke the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeError {
    /// The error's code without `Lambda.`: `ResourceNotFoundException`, `TooManyRequestsException`.
    pub code: String,
    /// What Lambda says.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// The id of the request.
    pub request: String,
}

/// A function's error, as the runtimes write it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionError {
    error_type: Option<String>,
}

impl FunctionAnswer {
    /// The result of the task. A failure has the function's error type as its name, and the payload as its cause.
    ///
    /// # Errors
    /// When the function failed, or answered what is no JSON.
    pub fn into_result(self) -> Result<Value, TaskFailure> {
        if self.has_failed {
            return Err(self.failure());
        }
        if self.payload.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&self.payload).map_err(|_| TaskFailure {
            error: "Lambda.Unknown".to_owned(),
            cause: "The function's answer is not JSON.".to_owned(),
        })
    }

    fn failure(self) -> TaskFailure {
        let error_type = serde_json::from_str(&self.payload).ok();
        match error_type.and_then(|error: FunctionError| error.error_type).filter(|name| !name.is_empty()) {
            Some(error) => TaskFailure { error, cause: self.payload },
            None => TaskFailure {
                error: "Lambda.Unknown".to_owned(),
                cause: format!(
                    "The cause could not be determined because Lambda did not return an error type. Returned payload: {}",
                    self.payload
                ),
            },
        }
    }
}

impl From<InvokeError> for TaskFailure {
    fn from(error: InvokeError) -> Self {
        let InvokeError { code, message, status, request } = error;
        let cause = format!(
            "{message} (Service: AWSLambda; Status Code: {status}; Error Code: {code}; Request ID: {request}; Proxy: null)"
        );
        Self { error: format!("Lambda.{code}"), cause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(payload: &str) -> TaskFailure {
        FunctionAnswer { payload: payload.to_owned(), has_failed: true }.into_result().unwrap_err()
    }

    #[test]
    fn a_functions_error_keeps_its_name_and_its_text() {
        let payload = r#"{"errorMessage": "no", "errorType": "Saga.Rejected"}"#;
        assert_eq!(
            failed(payload),
            TaskFailure { error: "Saga.Rejected".to_owned(), cause: payload.to_owned() }
        );
    }

    #[test]
    fn an_error_without_a_name_is_unknown() {
        let failure = failed(r#"{"errorMessage":"Task timed out after 3.00 seconds"}"#);
        assert_eq!(failure.error, "Lambda.Unknown");
        assert!(
            failure
                .cause
                .ends_with("Returned payload: {\"errorMessage\":\"Task timed out after 3.00 seconds\"}")
        );
    }

    #[test]
    fn an_answer_is_read_as_json_and_none_is_null() {
        let result =
            |payload: &str| FunctionAnswer { payload: payload.to_owned(), has_failed: false }.into_result();
        assert_eq!(result("[1]"), Ok(serde_json::json!([1])));
        assert_eq!(result(""), Ok(Value::Null));
        assert!(result("[1").is_err());
    }
}
