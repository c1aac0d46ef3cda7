//! What can happen to an attempt at a task, and how GetExecutionHistory shows it.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::event::{data, fault};

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
        /// The role that it is done with, where the state names one.
        role_arn: Option<Arc<str>>,
    },
    /// It is being done.
    Started {
        /// Of an activity: who took it, if the worker said so.
        worker: Option<String>,
    },
    /// What was asked for has begun, and its end is awaited.
    Submitted {
        /// The service's answer.
        output: Arc<Value>,
    },
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

impl TaskKind {
    pub(super) fn prefix(&self) -> &'static str {
        match self {
            Self::LambdaFunction { .. } => "LambdaFunction",
            Self::Activity { .. } => "Activity",
            Self::Service { .. } => "Task",
        }
    }

    pub(super) fn details(&self, event: &TaskEvent) -> Option<(&'static str, Value)> {
        let key = match (self, event) {
            (Self::LambdaFunction { .. } | Self::Activity { .. }, TaskEvent::Submitted { .. })
            | (Self::LambdaFunction { .. }, TaskEvent::Started { .. }) => return None,
            (Self::LambdaFunction { .. }, TaskEvent::Scheduled { .. }) => {
                "lambdaFunctionScheduledEventDetails"
            }
            (Self::LambdaFunction { .. }, TaskEvent::Succeeded { .. }) => {
                "lambdaFunctionSucceededEventDetails"
            }
            (Self::LambdaFunction { .. }, TaskEvent::Failed { .. }) => "lambdaFunctionFailedEventDetails",
            (Self::LambdaFunction { .. }, TaskEvent::TimedOut) => "lambdaFunctionTimedOutEventDetails",
            (Self::Activity { .. }, TaskEvent::Scheduled { .. }) => "activityScheduledEventDetails",
            (Self::Activity { .. }, TaskEvent::Started { .. }) => "activityStartedEventDetails",
            (Self::Activity { .. }, TaskEvent::Succeeded { .. }) => "activitySucceededEventDetails",
            (Self::Activity { .. }, TaskEvent::Failed { .. }) => "activityFailedEventDetails",
            (Self::Activity { .. }, TaskEvent::TimedOut) => "activityTimedOutEventDetails",
            (Self::Service { .. }, TaskEvent::Scheduled { .. }) => "taskScheduledEventDetails",
            (Self::Service { .. }, TaskEvent::Started { .. }) => "taskStartedEventDetails",
            (Self::Service { .. }, TaskEvent::Submitted { .. }) => "taskSubmittedEventDetails",
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
            TaskEvent::Scheduled { parameters, timeout_seconds, heartbeat_seconds, role_arn } => {
                let mut details = self.scheduled(parameters);
                if let Some(role_arn) = role_arn {
                    details.insert("taskCredentials".to_owned(), json!({"roleArn": &**role_arn}));
                }
                let limits =
                    [("timeoutInSeconds", timeout_seconds), ("heartbeatInSeconds", heartbeat_seconds)];
                for (key, seconds) in limits {
                    if let Some(seconds) = seconds {
                        details.insert(key.to_owned(), json!(seconds));
                    }
                }
                details
            }
            TaskEvent::Started { worker } => {
                let worker = worker.iter().map(|worker| ("workerName".to_owned(), json!(worker)));
                worker.collect()
            }
            TaskEvent::Submitted { output } | TaskEvent::Succeeded { output } => {
                data("output", "outputDetails", output)
            }
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
    pub(super) fn suffix(&self) -> &'static str {
        match self {
            Self::Scheduled { .. } => "Scheduled",
            Self::Started { .. } => "Started",
            Self::Submitted { .. } => "Submitted",
            Self::Succeeded { .. } => "Succeeded",
            Self::Failed { .. } => "Failed",
            Self::TimedOut => "TimedOut",
        }
    }
}
