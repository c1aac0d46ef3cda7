//! DescribeMapRun, ListMapRuns, UpdateMapRun.

use serde_json::Value;

use super::dispatch::{Answer, MAX_RESULTS, TOKEN};
use crate::api_error::ApiError;
use crate::page::Page;
use crate::request::{ARN, LONG_ARN, read};
use crate::service::Service;

impl Service {
    pub(super) fn describe_map_run(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| fields.required_text("mapRunArn", LONG_ARN))?;
        self.owner().check_map_run(&arn)?;
        Err(ApiError::not_yet("DescribeMapRun"))
    }

    pub(super) async fn list_map_runs(&self, body: &Value) -> Answer {
        let (arn, most, token) = read(body, |fields| {
            let arn = fields.required_text("executionArn", ARN)?;
            Ok((arn, fields.integer("maxResults", 0, MAX_RESULTS)?, fields.text("nextToken", TOKEN)?))
        })?;
        self.find_execution(&arn).await?;
        Page::asked(most, token.as_deref(), &["ListMapRuns", &arn])?;
        Err(ApiError::not_yet("ListMapRuns"))
    }

    pub(super) fn update_map_run(&self, body: &Value) -> Answer {
        let arn = read(body, |fields| {
            fields.integer("maxConcurrency", 0, u32::MAX)?;
            fields.number("toleratedFailurePercentage", 0.0, 100.0)?;
            fields.number("toleratedFailureCount", 0.0, f64::MAX)?;
            fields.required_text("mapRunArn", LONG_ARN)
        })?;
        self.owner().check_map_run(&arn)?;
        Err(ApiError::not_yet("UpdateMapRun"))
    }
}
