//! Step Functions on AWS, or whatever speaks its API, as the coordinator needs it.

use std::time::Duration;

use amends_coordinator::{Execution, ExecutionStatus, Started, StepFunctions, StepFunctionsError};
use amends_types::EngineId;
use async_trait::async_trait;
use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::Builder;
use aws_sdk_sfn::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use serde_json::Value;

use crate::AwsSettings;

/// How often an execution is looked at whose end is awaited: at first, and later.
const POLLS: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];
/// As [`POLLS`], where nobody else asks and nothing is paid for.
const POLLS_OF_OUR_OWN: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(250)];

/// Step Functions through the SDK. Clones share their connections.
#[derive(Debug, Clone)]
pub struct AwsStepFunctions {
    client: Client,
    /// `arn:aws:states:REGION:ACCOUNT`.
    prefix: String,
    polls: [Duration; 2],
    is_shared: bool,
}

impl AwsStepFunctions {
    /// Executions of the state machines of this account and region.
    pub async fn connect(settings: &AwsSettings, account: &str, region: &str) -> Self {
        let settings = AwsSettings { region: Some(region.to_owned()), ..settings.clone() };
        let config = settings.load().await;
        // StartSyncExecution and TestState, which have hosts of their own on AWS, are not used here.
        let client = Client::from_conf(Builder::from(&config).build());
        let prefix = format!("arn:aws:states:{region}:{account}");
        Self { client, prefix, polls: POLLS, is_shared: true }
    }

    /// The same, of a service that is this process's own: nobody else starts executions there, and the end of one is
    /// looked for often.
    #[must_use]
    pub fn of_our_own(self) -> Self {
        Self { polls: POLLS_OF_OUR_OWN, is_shared: false, ..self }
    }

    /// The SDK's client.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The ARN of a state machine.
    pub fn machine_arn(&self, machine: &str) -> String {
        format!("{}:stateMachine:{machine}", self.prefix)
    }

    /// The ARN of an execution.
    pub fn named_execution_arn(&self, machine: &str, name: &str) -> String {
        format!("{}:execution:{machine}:{name}", self.prefix)
    }

    /// Creates a state machine, or gives the one of that name this definition and role. Executions that run keep theirs.
    ///
    /// # Errors
    /// When the definition is refused, or Step Functions is not available.
    pub async fn deploy(&self, name: &str, definition: &str, role: &str) -> Result<(), StepFunctionsError> {
        let create = self.client.create_state_machine().name(name).definition(definition).role_arn(role);
        match create.send().await {
            Ok(_) => return Ok(()),
            Err(error) if is(&error, "StateMachineAlreadyExists") => {}
            Err(error) => return Err(unavailable(&error)),
        }
        let update = self.client.update_state_machine().state_machine_arn(self.machine_arn(name));
        let updated = update.definition(definition).role_arn(role).send().await;
        updated.map(drop).map_err(|error| unavailable(&error))
    }

    fn execution_arn(&self, execution: &Execution) -> String {
        self.named_execution_arn(&execution.machine, execution.run.as_str())
    }

    async fn find(
        &self,
        execution: &Execution,
    ) -> Result<Option<DescribeExecutionOutput>, StepFunctionsError> {
        let arn = self.execution_arn(execution);
        match self.client.describe_execution().execution_arn(arn).send().await {
            Ok(found) => Ok(Some(found)),
            Err(error) if is(&error, "ExecutionDoesNotExist") => Ok(None),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// StartExecution said that the name is taken: by an equal execution, or by another.
    async fn compare(&self, execution: &Execution, input: &str) -> Result<Started, StepFunctionsError> {
        let there = self.find(execution).await?;
        let there =
            there.ok_or_else(|| StepFunctionsError::Unavailable("the execution vanished".to_owned()))?;
        let read = |text: &str| serde_json::from_str::<Value>(text).ok();
        let (theirs, ours) = (there.input.as_deref().and_then(read), read(input));
        if theirs.is_none() || theirs != ours {
            return Err(StepFunctionsError::OtherInput(execution.run.clone()));
        }
        Ok(match status(&there) {
            ExecutionStatus::Running => Started::Running,
            ExecutionStatus::Ended => Started::EndedBefore,
        })
    }
}

fn status(there: &DescribeExecutionOutput) -> ExecutionStatus {
    match there.status.as_str() {
        "RUNNING" | "PENDING_REDRIVE" => ExecutionStatus::Running,
        _ => ExecutionStatus::Ended,
    }
}

fn is<E: ProvideErrorMetadata>(error: &SdkError<E>, code: &str) -> bool {
    error.code() == Some(code)
}

/// What went wrong, in the SDK's words: codes and messages of the service, and no data of the execution.
fn unavailable<E: std::error::Error + 'static>(error: &SdkError<E>) -> StepFunctionsError {
    StepFunctionsError::Unavailable(DisplayErrorContext(error).to_string())
}

#[async_trait]
impl StepFunctions for AwsStepFunctions {
    fn engine_id(&self) -> Option<EngineId> {
        None
    }

    fn is_shared(&self) -> bool {
        self.is_shared
    }

    async fn start(&self, execution: &Execution, input: &str) -> Result<Started, StepFunctionsError> {
        let arn = self.machine_arn(&execution.machine);
        let start = self.client.start_execution().state_machine_arn(arn);
        match start.name(execution.run.as_str()).input(input).send().await {
            Ok(_) => Ok(Started::Running),
            Err(error) if is(&error, "ExecutionAlreadyExists") => self.compare(execution, input).await,
            Err(error) if is(&error, "StateMachineDoesNotExist") => {
                Err(StepFunctionsError::NoSuchMachine(execution.machine.clone()))
            }
            Err(error) => Err(unavailable(&error)),
        }
    }

    async fn describe(&self, execution: &Execution) -> Result<Option<ExecutionStatus>, StepFunctionsError> {
        Ok(self.find(execution).await?.as_ref().map(status))
    }

    async fn stop(&self, execution: &Execution, cause: &str) -> Result<(), StepFunctionsError> {
        let stop = self.client.stop_execution().execution_arn(self.execution_arn(execution));
        match stop.error("Saga.Swept").cause(cause).send().await {
            Ok(_) => Ok(()),
            Err(error) if is(&error, "ExecutionDoesNotExist") => Ok(()),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Step Functions calls nobody when an execution ends: it is looked at now and then.
    async fn wait_for_end(&self, execution: &Execution) -> Result<(), StepFunctionsError> {
        let [mut pause, longest] = self.polls;
        while self.describe(execution).await? == Some(ExecutionStatus::Running) {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
        Ok(())
    }
}
