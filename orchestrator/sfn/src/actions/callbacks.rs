//! SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat.

use serde_json::Value;

use super::dispatch::{Answer, DATA};
use super::executions::CAUSE;
use crate::api_error::{ApiError, ErrorCode};
use crate::jackson;
use crate::request::{Fields, Length, TEXT, read};
use crate::service::Service;

impl Service {
    pub(super) fn send_task_success(&self, body: &Value) -> Answer {
        let (_token, output) = read(body, |fields| {
            let output = fields.required_text("output", DATA)?;
            Ok((read_token(fields)?, output))
        })?;
        jackson::read(&output).map_err(|problem| {
            let problem = problem.unwrap_or_else(|| "Invalid output.".to_owned());
            ApiError::new(ErrorCode::InvalidOutput, format!("Invalid Output: '{problem}'"))
        })?;
        Err(ApiError::not_yet("SendTaskSuccess"))
    }

    pub(super) fn send_task_failure(&self, body: &Value) -> Answer {
        let _failure = read(body, |fields| {
            Ok((read_token(fields)?, fields.text("error", TEXT)?, fields.text("cause", CAUSE)?))
        })?;
        Err(ApiError::not_yet("SendTaskFailure"))
    }

    pub(super) fn send_task_heartbeat(&self, body: &Value) -> Answer {
        let _token = read(body, read_token)?;
        Err(ApiError::not_yet("SendTaskHeartbeat"))
    }
}

fn read_token(fields: &Fields<'_>) -> Result<String, ApiError> {
    fields.required_text("taskToken", Length { min: 1, max: 2_048 })
}
