//! Which action is asked for.

use amends_types::Timestamp;
use serde_json::{Map, Value, json};

use crate::api_error::{ApiError, ErrorCode};
use crate::request::Length;
use crate::service::Service;

/// What an action answers.
pub(super) type Answer = Result<Value, ApiError>;

/// The most results of a page.
pub(super) const MAX_RESULTS: u32 = 1_000;
/// How long the token of a page may be.
pub(super) const TOKEN: Length = Length { min: 1, max: 1_024 };
/// How long the token of a page of executions may be.
pub(super) const LONG_TOKEN: Length = Length { min: 1, max: 3_096 };
/// How long definitions may be.
pub(super) const DEFINITION: Length = Length { min: 1, max: 1_048_576 };
/// How long the JSON of inputs and outputs may be.
pub(super) const DATA: Length = Length { min: 0, max: 262_144 };

impl Service {
    /// Answers an action, such as `CreateStateMachine`, with the JSON of a request.
    ///
    /// # Errors
    /// What AWS would answer.
    pub async fn answer(&self, action: &str, body: &[u8]) -> Result<Value, ApiError> {
        let unread = |_| ApiError::new(ErrorCode::SerializationException, "The request is not JSON.");
        // No body at all is a request without fields.
        let body = if body.is_empty() { json!({}) } else { serde_json::from_slice(body).map_err(unread)? };
        match action {
            "CreateActivity" => self.create_activity(&body).await,
            "CreateStateMachine" => self.create_state_machine(&body).await,
            "CreateStateMachineAlias" => self.create_alias(&body).await,
            "DeleteActivity" => self.delete_activity(&body).await,
            "DeleteStateMachine" => self.delete_state_machine(&body).await,
            "DeleteStateMachineAlias" => self.delete_alias(&body).await,
            "DeleteStateMachineVersion" => self.delete_version(&body).await,
            "DescribeActivity" => self.describe_activity(&body),
            "DescribeExecution" => self.describe_execution(&body).await,
            "DescribeMapRun" => self.describe_map_run(&body).await,
            "DescribeStateMachine" => self.describe_state_machine(&body),
            "DescribeStateMachineAlias" => self.describe_alias(&body),
            "DescribeStateMachineForExecution" => self.describe_machine_of_execution(&body).await,
            "GetActivityTask" => self.get_activity_task(&body).await,
            "GetExecutionHistory" => self.get_history(&body).await,
            "ListActivities" => self.list_activities(&body),
            "ListExecutions" => self.list_executions(&body).await,
            "ListMapRuns" => self.list_map_runs(&body).await,
            "ListStateMachineAliases" => self.list_aliases(&body),
            "ListStateMachineVersions" => self.list_versions(&body),
            "ListStateMachines" => self.list_state_machines(&body),
            "ListTagsForResource" => self.list_tags(&body),
            "PublishStateMachineVersion" => self.publish_version(&body).await,
            "RedriveExecution" => self.redrive_execution(&body).await,
            "SendTaskFailure" => self.send_task_failure(&body).await,
            "SendTaskHeartbeat" => self.send_task_heartbeat(&body).await,
            "SendTaskSuccess" => self.send_task_success(&body).await,
            "StartExecution" => self.start_execution(&body).await,
            "StartSyncExecution" => self.start_sync_execution(&body).await,
            "StopExecution" => self.stop_execution(&body).await,
            "TagResource" => self.tag_resource(&body).await,
            "TestState" => self.test_state(&body).await,
            "UntagResource" => self.untag_resource(&body).await,
            "UpdateMapRun" => self.update_map_run(&body).await,
            "UpdateStateMachine" => self.update_state_machine(&body).await,
            "UpdateStateMachineAlias" => self.update_alias(&body).await,
            "ValidateStateMachineDefinition" => self.validate_definition(&body),
            _ => Err(ApiError::new(ErrorCode::UnknownOperationException, "")),
        }
    }
}

/// A time as the API has it: seconds since 1970, to the millisecond.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are far below 2^53")]
pub(crate) fn seconds(time: Timestamp) -> f64 {
    time.as_micros().div_euclid(1_000) as f64 / 1_000.0
}

/// Adds a field to an answer, if there is a value for it.
pub(super) fn put(answer: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        answer.insert(key.to_owned(), value.into());
    }
}

/// An answer, and the token of the page after it.
pub(super) fn page_of(key: &str, list: Vec<Value>, next: Option<String>) -> Value {
    let mut answer = Map::new();
    answer.insert(key.to_owned(), list.into());
    put(&mut answer, "nextToken", next);
    answer.into()
}
