//! Definitions, as requests bring them and answers show them.

use amends_asl::{MachineType, StateMachine};
use serde_json::{Map, Value, json};

use super::dispatch::{put, seconds};
use crate::api_error::{ApiError, ErrorCode};
use crate::registry::{Revision, Settings};

/// The types of state machine, as the API says them.
pub(super) const TYPES: &[&str] = &["STANDARD", "EXPRESS"];
/// What of a state machine or an execution is shown.
pub(super) const INCLUDED: &[&str] = &["ALL_DATA", "METADATA_ONLY"];

/// The type that a text names.
pub(super) fn machine_type(is_express: bool) -> MachineType {
    if is_express { MachineType::Express } else { MachineType::Standard }
}

/// Refuses settings that AWS refuses: the role, then the definition, then the rest.
///
/// # Errors
/// `InvalidArn`, `InvalidDefinition`, `InvalidLoggingConfiguration`, `InvalidEncryptionConfiguration`.
pub(super) fn check_settings(settings: &Settings, is_express: bool) -> Result<(), ApiError> {
    check_role(&settings.role_arn)?;
    check_definition(&settings.definition, is_express)?;
    settings.logging.check()?;
    settings.encryption.check()
}

/// Refuses a definition that is not valid.
pub(super) fn check_definition(definition: &str, is_express: bool) -> Result<(), ApiError> {
    let parsed = StateMachine::parse_as(machine_type(is_express), definition);
    parsed.map(drop).map_err(|error| {
        let message = format!("Invalid State Machine Definition: '{error}'");
        ApiError::new(ErrorCode::InvalidDefinition, message)
    })
}

/// Refuses what is not the ARN of a role.
pub(super) fn check_role(arn: &str) -> Result<(), ApiError> {
    let rest = arn.strip_prefix("arn:").and_then(|rest| rest.split_once(":iam::"));
    let name = rest.and_then(|(_, rest)| rest.split_once(":role/"));
    if name.is_some_and(|(account, name)| !account.is_empty() && !name.is_empty()) {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::InvalidArn, format!("Invalid Role Arn: '{arn}'")))
}

/// What DescribeStateMachine and DescribeStateMachineForExecution both show.
pub(super) fn show_settings(revision: &Revision, is_express: bool, with_data: bool) -> Map<String, Value> {
    let Settings { definition, role_arn, logging, tracing, encryption } = &revision.settings;
    let mut shown = Map::new();
    // Without its data the definition is not shown, and what follows from it neither.
    let text = if with_data { definition.as_str() } else { "{}" };
    shown.insert("definition".to_owned(), text.into());
    shown.insert("roleArn".to_owned(), role_arn.as_str().into());
    shown.insert("loggingConfiguration".to_owned(), logging.to_value());
    shown.insert("tracingConfiguration".to_owned(), json!({ "enabled": tracing }));
    shown.insert("encryptionConfiguration".to_owned(), encryption.to_value());
    put(&mut shown, "revisionId", revision.revision_id.as_deref());
    if with_data {
        put(&mut shown, "variableReferences", variable_references(definition, is_express));
    }
    shown
}

/// The variables that each state refers to, if there are any.
fn variable_references(definition: &str, is_express: bool) -> Option<Value> {
    let machine = StateMachine::parse_as(machine_type(is_express), definition).ok()?;
    let references = machine.variable_references();
    (!references.is_empty()).then(|| json!(references))
}

/// When a revision was made.
pub(super) fn updated(revision: &Revision) -> Value {
    json!(seconds(revision.updated))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_known_by_its_arn() {
        check_role("arn:aws:iam::111111111111:role/sfn").unwrap();
        check_role("arn:aws-cn:iam::111111111111:role/service-role/sfn").unwrap();
        for wrong in [
            "sfn",
            "arn:aws:iam::111111111111:user/a",
            "arn:aws:iam::111111111111:role/",
            "arn:aws:iam:::role/a",
        ] {
            assert_eq!(check_role(wrong).unwrap_err().message, format!("Invalid Role Arn: '{wrong}'"));
        }
    }
}
