//! What is wrong with a definition, in the shape of ValidateStateMachineDefinition's diagnostics.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// What kind of fault a definition has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiagnosticCode {
    /// It is not JSON.
    InvalidJsonDescription,
    /// A field is missing, unknown, or has a value that it must not have.
    SchemaValidationFailed,
    /// A transition leads nowhere, or nothing leads to a state.
    MissingTransitionTarget,
    /// Two states have the same name, wherever in the state machine they are.
    DuplicateStateName,
    /// The name of a state is too long.
    InvalidStateName,
    /// Two Map states have the same label.
    DuplicateLabelName,
    /// The label of a Map state is too long.
    InvalidLabelName,
    /// What a state assigns to is no name of a variable.
    InvalidVariableName,
    /// What a state assigns to is the name of a variable that Step Functions keeps for itself.
    ReservedVariableName,
    /// No state ends the execution.
    MissingEndState,
    /// A JSONata expression cannot be parsed.
    InvalidJsonataExpression,
    /// A JSONata expression refers to what there is not in Step Functions.
    UnsupportedJsonataExpression,
}

impl DiagnosticCode {
    /// The name that Step Functions uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidJsonDescription => "INVALID_JSON_DESCRIPTION",
            Self::SchemaValidationFailed => "SCHEMA_VALIDATION_FAILED",
            Self::MissingTransitionTarget => "MISSING_TRANSITION_TARGET",
            Self::DuplicateStateName => "DUPLICATE_STATE_NAME",
            Self::InvalidStateName => "INVALID_STATE_NAME",
            Self::DuplicateLabelName => "DUPLICATE_LABEL_NAME",
            Self::InvalidLabelName => "INVALID_LABEL_NAME",
            Self::InvalidVariableName => "INVALID_VARIABLE_NAME",
            Self::ReservedVariableName => "RESERVED_VARIABLE_NAME",
            Self::MissingEndState => "MISSING_END_STATE",
            Self::InvalidJsonataExpression => "INVALID_JSONATA_EXPRESSION",
            Self::UnsupportedJsonataExpression => "UNSUPPORTED_JSONATA_EXPRESSION",
        }
    }
}

/// One fault of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of fault.
    pub code: DiagnosticCode,
    /// Where: a JSON pointer such as `/States/charge/Next`, where there is a place to point to.
    pub location: Option<String>,
    /// What a person should know.
    pub message: String,
}

/// As it appears in the message of Step Functions' `InvalidDefinition`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_deref().unwrap_or("null");
        write!(f, "{}: {} at {location}", self.code.as_str(), self.message)
    }
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = if self.location.is_some() { 4 } else { 3 };
        let mut object = serializer.serialize_struct("Diagnostic", fields)?;
        object.serialize_field("severity", "ERROR")?;
        object.serialize_field("code", self.code.as_str())?;
        match &self.location {
            Some(location) => object.serialize_field("location", location)?,
            None => object.skip_field("location")?,
        }
        object.serialize_field("message", &self.message)?;
        object.end()
    }
}

/// Why a definition was refused: everything that is wrong with it, never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
pub struct DefinitionError {
    diagnostics: Vec<Diagnostic>,
}

impl DefinitionError {
    pub(crate) fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics }
    }

    /// Every fault, in the order in which the definition has them.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_reads_and_serialises_as_step_functions_writes_it() {
        let fault = Diagnostic {
            code: DiagnosticCode::SchemaValidationFailed,
            location: Some("/".to_owned()),
            message: "These fields are required: [StartAt]".to_owned(),
        };
        assert_eq!(fault.to_string(), "SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt] at /");
        assert_eq!(
            serde_json::to_value(&fault).unwrap(),
            serde_json::json!({"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "location": "/",
                "message": "These fields are required: [StartAt]"})
        );
    }
}
