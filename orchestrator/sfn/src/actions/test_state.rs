//! TestState.

use serde_json::Value;

use super::definition::check_role;
use super::dispatch::{Answer, DATA, DEFINITION};
use super::executions::read_input;
use crate::api_error::ApiError;
use crate::request::{ARN, Fields, Length, NAME, TEXT, read};
use crate::service::Service;

struct Request {
    role_arn: Option<String>,
    input: Option<String>,
}

fn read_request(fields: &Fields<'_>) -> Result<Request, ApiError> {
    fields.required_text("definition", DEFINITION)?;
    fields.choice("inspectionLevel", &["INFO", "DEBUG", "TRACE"])?;
    fields.flag("revealSecrets")?;
    fields.text("variables", DATA)?;
    fields.text("stateName", NAME)?;
    fields.text("context", DATA)?;
    if let Some(mock) = fields.object("mock")? {
        mock.text("result", DATA)?;
        mock.choice("fieldValidationMode", &["STRICT", "PRESENT", "NONE"])?;
        if let Some(error) = mock.object("errorOutput")? {
            error.text("error", TEXT)?;
            error.text("cause", Length { min: 0, max: 32_768 })?;
        }
    }
    if let Some(configuration) = fields.object("stateConfiguration")? {
        configuration.integer("retrierRetryCount", 0, u32::MAX)?;
        configuration.text("errorCausedByState", NAME)?;
        configuration.integer("mapIterationFailureCount", 0, u32::MAX)?;
        configuration.text("mapItemReaderData", DATA)?;
    }
    Ok(Request { role_arn: fields.text("roleArn", ARN)?, input: fields.text("input", DATA)? })
}

impl Service {
    pub(super) fn test_state(&self, body: &Value) -> Answer {
        let request = read(body, read_request)?;
        if let Some(role_arn) = &request.role_arn {
            check_role(role_arn)?;
        }
        read_input(request.input.as_deref())?;
        Err(ApiError::not_yet("TestState"))
    }
}
