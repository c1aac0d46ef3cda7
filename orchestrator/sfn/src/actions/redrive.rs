//! RedriveExecution, and whether an execution could be redriven.

use amends_engine::driver::ExecutionDescription;
use amends_types::Timestamp;
use serde_json::{Map, Value, json};

use super::dispatch::{Answer, put, seconds};
use crate::api_error::{ApiError, ErrorCode};
use crate::arn::ExecutionArn;
use crate::registry::RedriveToken;
use crate::request::{ARN, Length, read};
use crate::service::Service;

impl Service {
    pub(super) async fn redrive_execution(&self, body: &Value) -> Answer {
        let (arn, token) = read(body, |fields| {
            let length = Length { min: 1, max: 64 };
            let is_printable = |token: &str| token.bytes().all(|byte| byte.is_ascii_graphic());
            let token = fields.matching("clientToken", length, "[!-~]+", is_printable)?;
            Ok((fields.required_text("executionArn", ARN)?, token))
        })?;
        let missing = || ApiError::no_execution(&arn);
        if self.child_at(&arn).await?.is_some() {
            let message =
                "Execution was started by a Map Run and is redriven with the execution of the Map Run";
            return Err(ApiError::new(ErrorCode::ExecutionNotRedrivable, message));
        }
        let ExecutionArn { machine, name } = self.owner().read_execution(&arn)?.ok_or_else(missing)?;
        let _one_at_a_time = self.runs().lock(&machine, &name).await;
        let redriven = match token {
            Some(token) => self.redrive_once(RedriveToken { machine, name, token }).await?,
            None => self.runs().redrive(&machine, &name).await?,
        };
        Ok(json!({"redriveDate": seconds(redriven.ok_or_else(missing)?)}))
    }

    /// Redrives an execution, unless the same token has done so a while ago.
    async fn redrive_once(&self, asked: RedriveToken) -> Result<Option<Timestamp>, ApiError> {
        let (token, now) = (asked.clone(), self.now());
        if let Some(before) = self.registry().write(move |db| token.take(db, now)).await? {
            let is_ours = |redriven: &Timestamp| *redriven >= before.asked;
            let known = match before.redriven {
                Some(redriven) => Some(redriven),
                None => {
                    self.runs().describe(&asked.machine, &asked.name).await?.and_then(|there| there.redriven)
                }
            };
            if let Some(redriven) = known.filter(is_ours) {
                return Ok(Some(redriven));
            }
        }
        let redriven = self.runs().redrive(&asked.machine, &asked.name).await;
        match &redriven {
            Ok(Some(at)) => {
                let at = *at;
                self.registry().write(move |db| asked.done(db, at)).await?;
            }
            // Whether it happened is not known: whoever asks again is told what the execution says then.
            Err(error) if error.code != ErrorCode::ExecutionNotRedrivable => {}
            Ok(None) | Err(_) => self.registry().write(move |db| asked.drop(db)).await?,
        }
        redriven
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
