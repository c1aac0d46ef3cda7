//! What can happen in an execution, and how GetExecutionHistory shows it.
//!
//! Data is shared with the interpreter and turned into text only when an event is serialised.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::task_event::{TaskEvent, TaskKind};

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
        /// The variables that it set, if any.
        assigned: Option<Arc<Map<String, Value>>>,
    },
    /// The branches of a Parallel state, or the iterations of a Map state, begin.
    StateStarted {
        /// `Parallel` or `Map`.
        state_type: &'static str,
        /// Of a Map state: how many items there are.
        length: Option<usize>,
    },
    /// They have all ended well.
    StateSucceeded {
        /// `Parallel` or `Map`.
        state_type: &'static str,
    },
    /// One of them failed, and was not to be retried.
    StateFailed {
        /// `Parallel` or `Map`.
        state_type: &'static str,
    },
    /// A state was cut short, because something beside it failed, or because its own failure ended its branch.
    StateAborted {
        /// `Task`, `Wait`, …
        state_type: &'static str,
    },
    /// Something happened to an iteration of a Map state.
    Iteration {
        /// What happened.
        event: IterationEvent,
        /// The Map state.
        name: Arc<str>,
        /// Which item.
        index: usize,
    },
    /// The child executions of a distributed Map begin.
    MapRunStarted {
        /// The ARN of the run.
        arn: Arc<str>,
    },
    /// Child executions that had not ended well begin again.
    MapRunRedriven {
        /// The ARN of the run.
        arn: Arc<str>,
        /// How often the run has been redriven, with this time.
        count: u32,
    },
    /// All child executions have ended, and no more failed than may.
    MapRunSucceeded,
    /// Too many child executions failed.
    MapRunFailed {
        /// The error name.
        error: String,
        /// What a person should know.
        cause: Option<String>,
    },
    /// An expression of a JSONata state failed.
    EvaluationFailed {
        /// The state.
        state: Arc<str>,
        /// The field: `Arguments/MessageBody`.
        location: String,
        /// The error name.
        error: String,
        /// What a person should know.
        cause: Option<String>,
    },
    /// An execution that had failed goes on where it stopped.
    ExecutionRedriven {
        /// How often it has been redriven, with this time.
        count: u32,
    },
    /// Something happened to an attempt at a task.
    Task {
        /// How the resource is named in events.
        kind: TaskKind,
        /// What happened.
        event: TaskEvent,
    },
}

/// What can happen to an iteration of a Map state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IterationEvent {
    /// It begins.
    Started,
    /// It ended well.
    Succeeded,
    /// It failed.
    Failed,
    /// It was cut short, because another one failed.
    Aborted,
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
            Self::StateStarted { state_type, .. } => format!("{state_type}StateStarted").into(),
            Self::StateSucceeded { state_type } => format!("{state_type}StateSucceeded").into(),
            Self::StateFailed { state_type } => format!("{state_type}StateFailed").into(),
            Self::StateAborted { state_type } => format!("{state_type}StateAborted").into(),
            Self::Iteration { event, .. } => format!("MapIteration{event:?}").into(),
            Self::MapRunStarted { .. } => "MapRunStarted".into(),
            Self::MapRunRedriven { .. } => "MapRunRedriven".into(),
            Self::MapRunSucceeded => "MapRunSucceeded".into(),
            Self::MapRunFailed { .. } => "MapRunFailed".into(),
            Self::EvaluationFailed { .. } => "EvaluationFailed".into(),
            Self::ExecutionRedriven { .. } => "ExecutionRedriven".into(),
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
            Self::StateExited { name, output, assigned, .. } => {
                ("stateExitedEventDetails", exited(name, output, assigned.as_deref()))
            }
            Self::StateStarted { length: Some(length), .. } => {
                ("mapStateStartedEventDetails", object([("length", json!(length))]))
            }
            Self::StateStarted { length: None, .. }
            | Self::StateSucceeded { .. }
            | Self::StateFailed { .. }
            | Self::StateAborted { .. }
            | Self::MapRunSucceeded => return None,
            Self::Iteration { event, name, index } => {
                (event.details_key(), object([("name", json!(&**name)), ("index", json!(index))]))
            }
            Self::MapRunStarted { arn } => {
                ("mapRunStartedEventDetails", object([("mapRunArn", json!(&**arn))]))
            }
            Self::MapRunRedriven { arn, count } => {
                let fields = [("mapRunArn", json!(&**arn)), ("redriveCount", json!(count))];
                ("mapRunRedrivenEventDetails", object(fields))
            }
            Self::MapRunFailed { error, cause } => {
                ("mapRunFailedEventDetails", fault(&Some(error.clone()), cause))
            }
            Self::EvaluationFailed { state, location, error, cause } => {
                let mut details = fault(&Some(error.clone()), cause);
                details.insert("location".to_owned(), json!(location));
                details.insert("state".to_owned(), json!(&**state));
                ("evaluationFailedEventDetails", details)
            }
            Self::ExecutionRedriven { count } => {
                ("executionRedrivenEventDetails", object([("redriveCount", json!(count))]))
            }
            Self::Task { kind, event } => return kind.details(event),
        };
        Some((details.0, Value::Object(details.1)))
    }
}

impl IterationEvent {
    fn details_key(self) -> &'static str {
        match self {
            Self::Started => "mapIterationStartedEventDetails",
            Self::Succeeded => "mapIterationSucceededEventDetails",
            Self::Failed => "mapIterationFailedEventDetails",
            Self::Aborted => "mapIterationAbortedEventDetails",
        }
    }
}

/// Data is shown as JSON text, and never cut short: an execution's data is smaller than the limit from which it would.
pub(super) fn data(key: &str, details_key: &str, value: &Value) -> Map<String, Value> {
    let mut details = Map::new();
    details.insert(key.to_owned(), json!(value.to_string()));
    details.insert(details_key.to_owned(), json!({"truncated": false}));
    details
}

pub(super) fn fault(error: &Option<String>, cause: &Option<String>) -> Map<String, Value> {
    let fields = [("error", error), ("cause", cause)];
    let given = fields.into_iter().filter_map(|(key, text)| Some((key.to_owned(), json!(text.as_ref()?))));
    given.collect()
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Each variable is shown as the JSON text of its value.
fn exited(name: &str, output: &Value, assigned: Option<&Map<String, Value>>) -> Map<String, Value> {
    let mut details = data("output", "outputDetails", output);
    details.insert("name".to_owned(), json!(name));
    if let Some(assigned) = assigned {
        let texts = assigned.iter().map(|(name, value)| (name.clone(), json!(value.to_string())));
        details.insert("assignedVariables".to_owned(), Value::Object(texts.collect()));
        details.insert("assignedVariablesDetails".to_owned(), json!({"truncated": false}));
    }
    details
}
