//! What TestState is asked.

use serde_json::{Map, Value};

/// A request of TestState.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestRequest {
    /// The definition of a state or, with `state_name`, of the machine that it is in.
    pub definition: String,
    /// Which state of the machine, however deep.
    pub state_name: Option<String>,
    /// The role; a Task state that is really done needs one.
    pub role_arn: Option<String>,
    /// The state's input.
    pub input: Option<Value>,
    /// Whether the answer has what became of the data on its way (`DEBUG`, `TRACE`).
    pub is_inspected: bool,
    /// Whether secrets are shown, which only calls that are really made have.
    pub reveals_secrets: bool,
    /// The workflow variables.
    pub variables: Map<String, Value>,
    /// The context object, as JSON text.
    pub context: Option<String>,
    /// What stands for the work.
    pub mock: Option<Mock>,
    /// What has happened to the state before.
    pub configuration: StateConfiguration,
}

/// What stands for the work of a state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mock {
    /// Its result, as JSON text.
    pub result: Option<String>,
    /// The error that it fails with.
    pub error_output: Option<MockError>,
    /// How the result is judged.
    pub validation: FieldValidation,
}

/// The error that a mock fails with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MockError {
    /// The error name.
    pub error: String,
    /// What a person should know.
    pub cause: Option<String>,
}

/// How a mocked result is judged by the shape of the service's answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// What is there must be right, and what is required must be there.
    #[default]
    Strict,
    /// What is there must be right.
    Present,
    /// Anything that is JSON will do.
    None,
}

/// What has happened to the state before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StateConfiguration {
    /// How often the retrier that names the error has retried.
    pub retrier_retry_count: Option<u32>,
    /// The state within a Map or a Parallel state that the error is of.
    pub error_caused_by_state: Option<String>,
    /// How many iterations of a Map state have failed.
    pub map_iteration_failure_count: Option<u32>,
    /// What the `ItemReader` of a Map state reads, as it is where it is read from.
    pub map_item_reader_data: Option<String>,
}
