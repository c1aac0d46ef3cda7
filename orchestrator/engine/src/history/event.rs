//! What can happen in an execution, and how GetExecutionHistory shows it.
//!
//! Data is shared with the interpreter and turned into text only when an event is serialised.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value, json};

/// The types of event that this engine records.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The first event of every execution.
    ExecutionStarted {
        /// The execution's input.
        input: Arc<Value>,
        /// The role that it runs with.
        role_arn: Arc<str>,
    },
    /// The execution ended well.
    ExecutionSucceeded {
        /// Its output.
        output: Arc<Value>,
    },
    /// The execution failed.
    ExecutionFailed {
        /// The error name.
        error: Option<String>,
        /// What a person should know.
        cause: Option<String>,
    },
    /// Somebody stopped the execution.
    ExecutionAborted {
        /// The error name given.
        error: Option<String>,
        /// The cause given.
        cause: Option<String>,
    },
    /// The machine's own time limit passed.
    ExecutionTimedOut,
    /// A state was entered.
    StateEntered {
        /// `Task`, `Pass`, …
        state_type: &'static str,
        /// Which state.
        name: Arc<str>,
        /// Its input, before `InputPath`.
        input: Arc<Value>,
    },
    /// A state was left.
    StateExited {
        /// `Task`, `Pass`, …
        state_type: &'static str,
        /// Which state.
        name: Arc<str>,
        /// Its output, after `OutputPath`.
        output: Arc<Value>,
    },
    /// Something happened to an attempt at a task.
    Task {
        /// How the resource is named in events.
        kind: TaskKind,
        /// What happened.
        event: TaskEvent,
    },
}

/// How a task's resource is named in events.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskKind {
    /// A Lambda function by its own ARN, which has event types of its own.
    LambdaFunction {
        /// The ARN.
        arn: Arc<str>,
    },
    /// An activity, which has event types of its own.
    Activity {
        /// The ARN.
        arn: Arc<str>,
    },
    /// A service integration.
    Service {
        /// `lambda`, `sqs`, `aws-sdk:dynamodb`.
        resource_type: Arc<str>,
        /// `invoke`, `sendMessage.waitForTaskToken`.
        resource: Arc<str>,
        /// The region of the execution.
        region: Arc<str>,
    },
}

/// What happens to an attempt at a task.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskEvent {
    /// It is to be done.
    Scheduled {
        /// The effective parameters.
        parameters: Arc<Value>,
        /// How long it may take.
        timeout_seconds: Option<u32>,
        /// How long it may be silent.
        heartbeat_seconds: Option<u32>,
    },
    /// It is being done.
    Started,
    /// It was done.
    Succeeded {
        /// The result, before `ResultSelector`.
        output: Arc<Value>,
    },
    /// It failed.
    Failed {
        /// The error name.
        error: String,
        /// What a person should know.
        cause: Option<String>,
    },
    /// It took, or was silent for, too long.
    TimedOut,
}

impl Event {
    /// The `type` of the event.
    pub fn type_name(&self) -> Cow<'static, str> {
        match self {
            Self::ExecutionStarted { .. } => "ExecutionStarted".into(),
            Self::ExecutionSucceeded { .. } => "ExecutionSucceeded".into(),
            Self::ExecutionFailed { .. } => "ExecutionFailed".into(),
            Self::ExecutionAborted { .. } => "ExecutionAborted".into(),
            Self::ExecutionTimedOut => "ExecutionTimedOut".into(),
            Self::StateEntered { state_type, .. } => format!("{state_type}StateEntered").into(),
            Self::StateExited { state_type, .. } => format!("{state_type}StateExited").into(),
            Self::Task { kind, event } => format!("{}{}", kind.prefix(), event.suffix()).into(),
        }
    }

    /// The key and the value of the event's details; some events have none.
    pub fn details(&self) -> Option<(&'static str, Value)> {
        let details = match self {
            Self::ExecutionStarted { input, role_arn } => {
                let mut details = data("input", "inputDetails", input);
                details.insert("roleArn".to_owned(), json!(&**role_arn));
                ("executionStartedEventDetails", details)
            }
            Self::ExecutionSucceeded { output } => {
                ("executionSucceededEventDetails", data("output", "outputDetails", output))
            }
            Self::ExecutionFailed { error, cause } => ("executionFailedEventDetails", fault(error, cause)),
            Self::ExecutionAborted { error, cause } => ("executionAbortedEventDetails", fault(error, cause)),
            Self::ExecutionTimedOut => ("executionTimedOutEventDetails", Map::new()),
            Self::StateEntered { name, input, .. } => {
                let mut details = data("input", "inputDetails", input);
                details.insert("name".to_owned(), json!(&**name));
                ("stateEnteredEventDetails", details)
            }
            Self::StateExited { name, output, .. } => {
                let mut details = data("output", "outputDetails", output);
                details.insert("name".to_owned(), json!(&**name));
                ("stateExitedEventDetails", details)
            }
            Self::Task { kind, event } => return kind.details(event),
        };
        Some((details.0, Value::Object(details.1)))
    }
}

impl TaskKind {
    fn prefix(&self) -> &'static str {
        match self {
            Self::LambdaFunction { .. } => "LambdaFunction",
            Self::Activity { .. } => "Activity",
            Self::Service { .. } => "Task",
        }
    }

    fn details(&self, event: &TaskEvent) -> Option<(&'static str, Value)> {
        let key = match (self, event) {
            (Self::LambdaFunction { .. }, TaskEvent::Started) => return None,
            (Self::LambdaFunction { .. }, TaskEvent::Scheduled { .. }) => {
                "lambdaFunctionScheduledEventDetails"
            }
            (Self::LambdaFunction { .. }, TaskEvent::Succeeded { .. }) => {
                "lambdaFunctionSucceededEventDetails"
            }
            (Self::LambdaFunction { .. }, TaskEvent::Failed { .. }) => "lambdaFunctionFailedEventDetails",
            (Self::LambdaFunction { .. }, TaskEvent::TimedOut) => "lambdaFunctionTimedOutEventDetails",
            (Self::Activity { .. }, TaskEvent::Scheduled { .. }) => "activityScheduledEventDetails",
            (Self::Activity { .. }, TaskEvent::Started) => "activityStartedEventDetails",
            (Self::Activity { .. }, TaskEvent::Succeeded { .. }) => "activitySucceededEventDetails",
            (Self::Activity { .. }, TaskEvent::Failed { .. }) => "activityFailedEventDetails",
            (Self::Activity { .. }, TaskEvent::TimedOut) => "activityTimedOutEventDetails",
            (Self::Service { .. }, TaskEvent::Scheduled { .. }) => "taskScheduledEventDetails",
            (Self::Service { .. }, TaskEvent::Started) => "taskStartedEventDetails",
            (Self::Service { .. }, TaskEvent::Succeeded { .. }) => "taskSucceededEventDetails",
            (Self::Service { .. }, TaskEvent::Failed { .. }) => "taskFailedEventDetails",
            (Self::Service { .. }, TaskEvent::TimedOut) => "taskTimedOutEventDetails",
        };
        let mut details = self.event_details(event);
        if let Self::Service { resource_type, resource, .. } = self {
            details.insert("resource".to_owned(), json!(&**resource));
            details.insert("resourceType".to_owned(), json!(&**resource_type));
        }
        Some((key, Value::Object(details)))
    }

    fn event_details(&self, event: &TaskEvent) -> Map<String, Value> {
        match event {
            TaskEvent::Scheduled { parameters, timeout_seconds, heartbeat_seconds } => {
                let mut details = self.scheduled(parameters);
                let limits =
                    [("timeoutInSeconds", timeout_seconds), ("heartbeatInSeconds", heartbeat_seconds)];
                for (key, seconds) in limits {
                    if let Some(seconds) = seconds {
                        details.insert(key.to_owned(), json!(seconds));
                    }
                }
                details
            }
            TaskEvent::Started => Map::new(),
            TaskEvent::Succeeded { output } => data("output", "outputDetails", output),
            TaskEvent::Failed { error, cause } => fault(&Some(error.clone()), cause),
            TaskEvent::TimedOut => fault(&Some("States.Timeout".to_owned()), &None),
        }
    }

    fn scheduled(&self, parameters: &Value) -> Map<String, Value> {
        match self {
            Self::LambdaFunction { arn } | Self::Activity { arn } => {
                let mut details = data("input", "inputDetails", parameters);
                details.insert("resource".to_owned(), json!(&**arn));
                details
            }
            Self::Service { region, .. } => {
                let mut details = Map::new();
                details.insert("parameters".to_owned(), json!(parameters.to_string()));
                details.insert("region".to_owned(), json!(&**region));
                details
            }
        }
    }
}

impl TaskEvent {
    fn suffix(&self) -> &'static str {
        match self {
            Self::Scheduled { .. } => "Scheduled",
            Self::Started => "Started",
            Self::Succeeded { .. } => "Succeeded",
            Self::Failed { .. } => "Failed",
            Self::TimedOut => "TimedOut",
        }
    }
}

/// Data is shown as JSON text, and never cut short: an execution's data is smaller than the limit from which it would.
fn data(key: &str, details_key: &str, value: &Value) -> Map<String, Value> {
    let mut details = Map::new();
    details.insert(key.to_owned(), json!(value.to_string()));
    details.insert(details_key.to_owned(), json!({"truncated": false}));
    details
}

fn fault(error: &Option<String>, cause: &Option<String>) -> Map<String, Value> {
    let fields = [("error", error), ("cause", cause)];
    let given = fields.into_iter().filter_map(|(key, text)| Some((key.to_owned(), json!(text.as_ref()?))));
    given.collect()
}
