//! TestState.

use amends_engine::interp::Identity;
use amends_engine::interp::test_state::{
    FieldValidation, Mock, MockError, StateConfiguration, TestRequest, TestState, TestStateError, TestStep,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::definition::check_role;
use super::dispatch::{Answer, DATA, DEFINITION};
use super::executions::read_input;
use crate::api_error::{ApiError, ErrorCode};
use crate::request::{ARN, Fields, Length, NAME, TEXT, read};
use crate::service::Service;

/// A request, with what is still text in it.
struct Request {
    test: TestRequest,
    input: Option<String>,
    variables: Option<String>,
}

fn read_request(fields: &Fields<'_>) -> Result<Request, ApiError> {
    let definition = fields.required_text("definition", DEFINITION)?;
    let level = fields.choice("inspectionLevel", &["INFO", "DEBUG", "TRACE"])?;
    let test = TestRequest {
        definition,
        is_inspected: level.is_some_and(|level| level != "INFO"),
        reveals_secrets: fields.flag("revealSecrets")?.unwrap_or(false),
        state_name: fields.text("stateName", NAME)?,
        context: fields.text("context", DATA)?,
        mock: fields.object("mock")?.as_ref().map(read_mock).transpose()?,
        configuration: match fields.object("stateConfiguration")? {
            Some(configuration) => read_configuration(&configuration)?,
            None => StateConfiguration::default(),
        },
        role_arn: fields.text("roleArn", ARN)?,
        input: None,
        variables: Map::new(),
    };
    let (variables, input) = (fields.text("variables", DATA)?, fields.text("input", DATA)?);
    Ok(Request { test, input, variables })
}

fn read_mock(mock: &Fields<'_>) -> Result<Mock, ApiError> {
    let result = mock.text("result", DATA)?;
    let mode = mock.choice("fieldValidationMode", &["STRICT", "PRESENT", "NONE"])?;
    let error_output = match mock.object("errorOutput")? {
        None => None,
        Some(error) => Some(MockError {
            error: error.required_text("error", TEXT)?,
            cause: error.text("cause", Length { min: 0, max: 32_768 })?,
        }),
    };
    let validation = match mode.as_deref() {
        Some("PRESENT") => FieldValidation::Present,
        Some("NONE") => FieldValidation::None,
        _ => FieldValidation::Strict,
    };
    Ok(Mock { result, error_output, validation })
}

fn read_configuration(fields: &Fields<'_>) -> Result<StateConfiguration, ApiError> {
    Ok(StateConfiguration {
        retrier_retry_count: fields.integer("retrierRetryCount", 0, u32::MAX)?,
        error_caused_by_state: fields.text("errorCausedByState", NAME)?,
        map_iteration_failure_count: fields.integer("mapIterationFailureCount", 0, u32::MAX)?,
        map_item_reader_data: fields.text("mapItemReaderData", DATA)?,
    })
}

impl Service {
    pub(super) async fn test_state(&self, body: &Value) -> Answer {
        let Request { mut test, input, variables } = read(body, read_request)?;
        if let Some(role_arn) = &test.role_arn {
            check_role(role_arn)?;
        }
        test.input = Some(read_input(input.as_deref())?);
        if let Some(variables) = variables {
            let read = serde_json::from_str::<Map<String, Value>>(&variables);
            test.variables = read.map_err(|_| ApiError::validation("Variables must be a JSON object"))?;
        }
        let identity = self.test_identity(test.role_arn.as_deref());
        let begun = TestState::begin(test, identity.clone(), self.now(), self.draw());
        match begun.map_err(refused)? {
            TestStep::Answer(answer) => Ok(answer),
            TestStep::Call(test, invocation) => {
                let express = self.express();
                tokio::select! {
                    result = express.perform(&identity, invocation) => {
                        Ok(test.finish(result.map_err(|failure| (failure.error, failure.cause))))
                    }
                    () = express.clock.sleep(test.limit()) => Ok(test.time_out()),
                }
            }
        }
    }

    /// A test is an execution of a machine that nobody has.
    fn test_identity(&self, role_arn: Option<&str>) -> Identity {
        let [machine, name] = [Uuid::new_v4(), Uuid::new_v4()].map(|id| id.to_string());
        let role = format!("arn:aws:iam::{}:role/StepFunctionsTestStateRole", self.owner().account);
        let id = Uuid::new_v4().to_string();
        Identity {
            execution_arn: self.owner().express(&machine, &name, &id).into(),
            execution_name: name.into(),
            machine_arn: self.owner().machine(&machine).into(),
            machine_name: machine.into(),
            role_arn: role_arn.unwrap_or(&role).into(),
        }
    }
}

fn refused(error: TestStateError) -> ApiError {
    match error {
        TestStateError::Definition(diagnostics) => {
            let message = format!("Invalid State Machine Definition: '{diagnostics}'");
            ApiError::new(ErrorCode::InvalidDefinition, message)
        }
        TestStateError::Unsupported(message) => ApiError::new(ErrorCode::InvalidDefinition, message),
        TestStateError::Validation(message) => ApiError::validation(message),
    }
}
