//! StartSyncExecution.

use serde_json::Value;

use super::definition::INCLUDED;
use super::dispatch::Answer;
use super::executions::{read_input, read_start};
use crate::api_error::ApiError;
use crate::name;
use crate::request::read;
use crate::service::Service;

impl Service {
    pub(super) fn start_sync_execution(&self, body: &Value) -> Answer {
        let start = read(body, |fields| {
            fields.choice("includedData", INCLUDED)?;
            read_start(fields)
        })?;
        if let Some(name) = &start.name {
            name::check(name)?;
        }
        let resolved = self.resolve(&start.arn)?;
        if !resolved.target.machine.is_express {
            return Err(ApiError::wrong_type());
        }
        read_input(start.input.as_deref())?;
        Err(ApiError::not_yet("StartSyncExecution"))
    }
}
