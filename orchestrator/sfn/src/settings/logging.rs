//! Where executions are logged. It is checked, stored and shown; nothing is sent to a log service.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api_error::{ApiError, ErrorCode};
use crate::request::{ANY, ARN, Fields};

/// The levels, in the order in which AWS lists them.
const LEVELS: &[&str] = &["ALL", "ERROR", "FATAL", "OFF"];

/// A logging configuration with its defaults, as DescribeStateMachine shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Logging {
    level: String,
    include_execution_data: bool,
    /// Shown only if it was given, even if it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    destinations: Option<Vec<Destination>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Destination {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cloud_watch_logs_log_group: Option<LogGroup>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogGroup {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log_group_arn: Option<String>,
}

impl Default for Logging {
    fn default() -> Self {
        Self { level: "OFF".to_owned(), include_execution_data: false, destinations: None }
    }
}

impl Logging {
    /// Refuses what AWS refuses: a log without exactly one destination.
    ///
    /// # Errors
    /// `InvalidLoggingConfiguration`.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        let destinations = self.destinations.as_deref().unwrap_or_default();
        let is_logged = self.level != "OFF";
        if destinations.len() > 1 || is_logged && destinations.len() != 1 {
            return Err(invalid("Must specify exactly one Log Destination."));
        }
        let arn_of = |destination: &Destination| {
            destination.cloud_watch_logs_log_group.as_ref().and_then(|group| group.log_group_arn.clone())
        };
        let is_log_group = |arn: &str| {
            arn.starts_with("arn:aws:logs:") && arn.contains(":log-group:") && arn.ends_with(":*")
        };
        if destinations.iter().any(|destination| !arn_of(destination).as_deref().is_some_and(is_log_group)) {
            return Err(invalid("Log Destination must be the ARN of a log group, and end with ':*'."));
        }
        Ok(())
    }

    pub(crate) fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("texts and flags are JSON")
    }
}

/// The field `loggingConfiguration`, if it is there.
pub(crate) fn read_logging(fields: &Fields<'_>) -> Result<Option<Logging>, ApiError> {
    let Some(given) = fields.object("loggingConfiguration")? else { return Ok(None) };
    let level = given.choice("level", LEVELS)?.unwrap_or_else(|| "OFF".to_owned());
    let include_execution_data = given.flag("includeExecutionData")?.unwrap_or(false);
    let destinations = given.list("destinations", ANY, "LogDestination")?;
    let destinations = destinations.map(|list| list.iter().map(read_destination).collect()).transpose()?;
    Ok(Some(Logging { level, include_execution_data, destinations }))
}

fn read_destination(fields: &Fields<'_>) -> Result<Destination, ApiError> {
    let group = fields.object("cloudWatchLogsLogGroup")?;
    let group =
        group.map(|group| group.text("logGroupArn", ARN).map(|log_group_arn| LogGroup { log_group_arn }));
    Ok(Destination { cloud_watch_logs_log_group: group.transpose()? })
}

fn invalid(reason: &str) -> ApiError {
    let message = format!("Invalid Logging Configuration: {reason}");
    ApiError::new(ErrorCode::InvalidLoggingConfiguration, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::request::read;

    fn check(given: &Value, expected: Result<Value, &str>) {
        let body = json!({ "loggingConfiguration": given });
        let logging = read(&body, read_logging).unwrap().unwrap();
        let actual = logging.check().map(|()| logging.to_value());
        assert_eq!(
            actual.as_ref().map_err(|error| error.message.as_str()),
            expected.as_ref().map_err(|m| *m)
        );
    }

    #[test]
    fn a_configuration_is_shown_with_its_defaults() {
        check(&json!({}), Ok(json!({"level": "OFF", "includeExecutionData": false})));
        let empty = json!({"level": "OFF", "includeExecutionData": false, "destinations": []});
        check(&json!({"destinations": []}), Ok(empty));
        let arn = "arn:aws:logs:us-east-1:111111111111:log-group:a:*";
        let full = json!({
            "level": "ALL", "includeExecutionData": true,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]
        });
        check(&full, Ok(full.clone()));
    }

    #[test]
    fn a_log_needs_one_destination() {
        let message = "Invalid Logging Configuration: Must specify exactly one Log Destination.";
        check(&json!({"level": "ALL"}), Err(message));
        check(&json!({"level": "ERROR", "destinations": []}), Err(message));
        check(&json!({"level": "OFF", "destinations": [{}, {}]}), Err(message));
    }
}
