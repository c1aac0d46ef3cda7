//! SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat.

use amends_asl::jackson;
use amends_engine::driver::TaskFailure;
use serde_json::{Value, json};

use super::dispatch::{Answer, DATA};
use super::executions::CAUSE;
use crate::api_error::{ApiError, ErrorCode};
use crate::request::{Fields, Length, TEXT, read};
use crate::service::Service;

impl Service {
    pub(super) async fn send_task_success(&self, body: &Value) -> Answer {
        let (token, output) = read(body, |fields| {
            let output = fields.required_text("output", DATA)?;
            Ok((read_token(fields)?, output))
        })?;
        let output = jackson::read(&output).map_err(|problem| {
            let problem = problem.message.unwrap_or_else(|| "Invalid output.".to_owned());
            ApiError::new(ErrorCode::InvalidOutput, format!("Invalid Output: '{problem}'"))
        })?;
        self.runs().task_succeeded(&token, output).await?;
        Ok(json!({}))
    }

    pub(super) async fn send_task_failure(&self, body: &Value) -> Answer {
        let (token, error, cause) = read(body, |fields| {
            Ok((read_token(fields)?, fields.text("error", TEXT)?, fields.text("cause", CAUSE)?))
        })?;
        let failure = TaskFailure { error: error.unwrap_or_default(), cause: cause.unwrap_or_default() };
        self.runs().task_failed(&token, failure).await?;
        Ok(json!({}))
    }

    pub(super) async fn send_task_heartbeat(&self, body: &Value) -> Answer {
        let token = read(body, read_token)?;
        self.runs().task_heartbeat(&token).await?;
        Ok(json!({}))
    }
}

fn read_token(fields: &Fields<'_>) -> Result<String, ApiError> {
    fields.required_text("taskToken", Length { min: 1, max: 2_048 })
}
