//! RedriveExecution, and whether an execution could be redriven.

use amends_engine::driver::ExecutionDescription;
use serde_json::{Map, Value, json};

use super::dispatch::{Answer, put, seconds};
use crate::api_error::{ApiError, ErrorCode};
use crate::arn::ExecutionArn;
use crate::request::{ARN, Length, read};
use crate::service::Service;

impl Service {
    pub(super) async fn redrive_execution(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| {
            let length = Length { min: 1, max: 64 };
            let is_printable = |token: &str| token.bytes().all(|byte| byte.is_ascii_graphic());
            fields.matching("clientToken", length, "[!-~]+", is_printable)?;
            fields.required_text("executionArn", ARN)
        })?;
        let missing = || ApiError::no_execution(&arn);
        if self.child_at(&arn).await?.is_some() {
            let message =
                "Execution was started by a Map Run and is redriven with the execution of the Map Run";
            return Err(ApiError::new(ErrorCode::ExecutionNotRedrivable, message));
        }
        let ExecutionArn { machine, name } = self.owner().read_execution(&arn)?.ok_or_else(missing)?;
        let redriven = self.runs().redrive(&machine, &name).await?.ok_or_else(missing)?;
        Ok(json!({"redriveDate": seconds(redriven)}))
    }

    /// Adds to an execution how often it was redriven, and whether it could be.
    pub(super) async fn show_redrive(
        &self,
        answer: &mut Map<String, Value>,
        there: &ExecutionDescription,
    ) -> Result<(), ApiError> {
        answer.insert("redriveCount".to_owned(), json!(there.redrives));
        put(answer, "redriveDate", there.redriven.map(seconds));
        let reason = self.runs().not_redrivable(&there.machine, &there.name, self.now()).await?;
        let status = if reason.is_some() { "NOT_REDRIVABLE" } else { "REDRIVABLE" };
        answer.insert("redriveStatus".to_owned(), status.into());
        put(answer, "redriveStatusReason", reason);
        Ok(())
    }
}
