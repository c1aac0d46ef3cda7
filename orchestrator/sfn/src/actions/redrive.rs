//! RedriveExecution, and whether an execution could be redriven.

use std::time::Duration;

use amends_engine::driver::ExecutionDescription;
use amends_engine::journal::Status;
use amends_types::Timestamp;
use serde_json::{Map, Value, json};

use super::dispatch::Answer;
use crate::api_error::{ApiError, ErrorCode};
use crate::request::{ARN, Length, read};
use crate::service::Service;

/// How long after its end an execution can be redriven, by the developer guide.
const PERIOD: Duration = Duration::from_hours(14 * 24);

impl Service {
    pub(super) async fn redrive_execution(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| {
            let length = Length { min: 1, max: 64 };
            let is_printable = |token: &str| token.bytes().all(|byte| byte.is_ascii_graphic());
            fields.matching("clientToken", length, "[!-~]+", is_printable)?;
            fields.required_text("executionArn", ARN)
        })?;
        let (there, _) = self.find_execution(&arn).await?;
        if let Some(reason) = not_redrivable(&there, self.now()) {
            return Err(ApiError::new(ErrorCode::ExecutionNotRedrivable, reason));
        }
        Err(ApiError::not_yet("RedriveExecution"))
    }
}

/// Adds to an execution how often it was redriven, and whether it could be.
pub(super) fn show(answer: &mut Map<String, Value>, there: &ExecutionDescription, now: Timestamp) {
    answer.insert("redriveCount".to_owned(), json!(0));
    let reason = not_redrivable(there, now);
    let status = if reason.is_some() { "NOT_REDRIVABLE" } else { "REDRIVABLE" };
    answer.insert("redriveStatus".to_owned(), status.into());
    super::dispatch::put(answer, "redriveStatusReason", reason);
}

fn not_redrivable(there: &ExecutionDescription, now: Timestamp) -> Option<String> {
    match there.status {
        Status::Running | Status::Succeeded => {
            Some(format!("Execution is {} and cannot be redriven", there.status))
        }
        Status::Failed | Status::TimedOut | Status::Aborted => {
            let is_past = there.stopped.is_some_and(|stopped| now.since(stopped) > PERIOD);
            is_past.then(|| "Execution redrivable period exceeded".to_owned())
        }
    }
}
