//! ValidateStateMachineDefinition.

use amends_asl::StateMachine;
use serde_json::{Value, json};

use super::definition::{TYPES, machine_type};
use super::dispatch::{Answer, DEFINITION};
use crate::request::read;
use crate::service::Service;

/// The most diagnostics of an answer, and how many there are if nothing else was asked for.
const MAX_DIAGNOSTICS: u32 = 100;

impl Service {
    pub(super) fn validate_definition(&self, body: &Value) -> Answer {
        let (definition, kind, most) = read(body, |fields| {
            let definition = fields.required_text("definition", DEFINITION)?;
            let kind = fields.choice("type", TYPES)?;
            // All diagnostics are errors, which either severity includes.
            fields.choice("severity", &["ERROR", "WARNING"])?;
            Ok((definition, kind, fields.integer("maxResults", 0, MAX_DIAGNOSTICS)?))
        })?;
        let most = most.filter(|most| *most > 0).unwrap_or(MAX_DIAGNOSTICS) as usize;
        let is_express = kind.as_deref() == Some("EXPRESS");
        let error = StateMachine::parse_as(machine_type(is_express), &definition).err();
        let found = error.as_ref().map(|error| error.diagnostics()).unwrap_or_default();
        Ok(json!({
            "result": if found.is_empty() { "OK" } else { "FAIL" },
            "diagnostics": &found[..found.len().min(most)],
            "truncated": found.len() > most,
        }))
    }
}
