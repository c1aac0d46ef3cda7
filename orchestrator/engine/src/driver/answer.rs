//! What the engine answers.

use std::sync::Arc;

use amends_types::Timestamp;
use serde_json::Value;

use crate::journal::Status;

/// The answer to a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartAnswer {
    /// The execution's ARN.
    pub execution_arn: String,
    /// When it started.
    pub started: Timestamp,
    /// It was running already, with this input: this start was a repetition.
    pub existed: bool,
}

/// The answer to a stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopAnswer {
    /// When it stopped.
    pub stopped: Timestamp,
}

/// Everything about an execution but its history.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionDescription {
    /// Its ARN.
    pub execution_arn: String,
    /// The state machine's name.
    pub machine: String,
    /// Its own name.
    pub name: String,
    /// Where it stands.
    pub status: Status,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub stopped: Option<Timestamp>,
    /// Its input.
    pub input: Value,
    /// Its output as JSON text, if it succeeded.
    pub output: Option<String>,
    /// The error name, if it did not.
    pub error: Option<String>,
    /// The cause, if it did not.
    pub cause: Option<String>,
    /// The state that it is in, while it runs.
    pub state: Option<String>,
    /// How often it was redriven.
    pub redrives: u32,
    /// When it was redriven last.
    pub redriven: Option<Timestamp>,
}

/// One line of a list of executions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutionSummary {
    /// Its number in the order of starting.
    pub number: u64,
    /// The state machine's name.
    pub machine: Arc<str>,
    /// Its own name.
    pub name: Arc<str>,
    /// Where it stands.
    pub status: Status,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub stopped: Option<Timestamp>,
    /// How often it was redriven.
    pub redrives: u32,
}

/// A task of an activity, for the worker that asked for one.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityTask {
    /// What to send back with the answer.
    pub token: String,
    /// What is to be worked on.
    pub input: Value,
}
