//! A state machine: its states, where it starts, and how long it may run.

use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::DefinitionError;
use crate::reader::{Findings, Reader};
use crate::state::{Names, State};
use crate::{graph, json_text, query_language};

/// A state's place in its machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateIndex(pub(crate) u32);

/// A parsed definition, free of errors.
#[derive(Debug, Clone, PartialEq)]
pub struct StateMachine {
    states: Vec<State>,
    start: StateIndex,
    timeout_seconds: Option<u32>,
}

impl StateMachine {
    /// Reads a definition.
    ///
    /// # Errors
    /// [`DefinitionError`] with everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, DefinitionError> {
        Self::from_value(&json_text::read(text)?)
    }

    /// Reads a definition that is JSON already.
    ///
    /// # Errors
    /// [`DefinitionError`] with everything that is wrong with it.
    pub fn from_value(definition: &Value) -> Result<Self, DefinitionError> {
        let Some(object) = definition.as_object() else {
            return Err(json_text::not_an_object());
        };
        let findings = Findings::default();
        let machine = read(&Reader::new(object, "/".to_owned(), &findings), &findings);
        let found = findings.into_vec();
        match machine {
            Some(machine) if found.is_empty() => Ok(machine),
            _ => Err(DefinitionError::new(found)),
        }
    }

    /// The state in which executions start.
    pub fn start(&self) -> StateIndex {
        self.start
    }

    /// The state at that place.
    ///
    /// # Panics
    /// If the index is another machine's, and past the end of this one.
    pub fn state(&self, index: StateIndex) -> &State {
        &self.states[index.0 as usize]
    }

    /// All states, by name.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// The place of the state with that name.
    pub fn index_of(&self, name: &str) -> Option<StateIndex> {
        let position = self.states.binary_search_by(|state| state.name.as_ref().cmp(name)).ok()?;
        u32::try_from(position).ok().map(StateIndex)
    }

    /// The machine's own `TimeoutSeconds`.
    pub fn timeout_seconds(&self) -> Option<u32> {
        self.timeout_seconds
    }
}

fn read(reader: &Reader<'_>, findings: &Findings) -> Option<StateMachine> {
    require(reader, &["States", "StartAt"]);
    reader.take("Comment");
    reader.string("Version");
    let timeout_seconds = reader.seconds("TimeoutSeconds", 1);
    let is_jsonata = query_language::is_jsonata(reader);
    let start_at = reader.string("StartAt");
    let states = reader.object("States")?;
    reader.finish();
    if states.is_empty() {
        reader.error_at("States", "Value cannot be empty");
        return None;
    }
    let names: Names = Names::new(states.keys());
    let start = start_at.and_then(|name| names.find(reader, "StartAt", name));
    let mut read = Vec::with_capacity(states.len());
    for (name, value) in states {
        let Some(child) = reader.child(value, &format!("States/{name}")) else {
            continue;
        };
        if is_jsonata && child.take("QueryLanguage").and_then(Value::as_str) == Some("JSONPath") {
            child.error("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
        }
        if name.chars().count() > MAX_NAME_CHARS {
            child.error(&format!("State names must be at most {MAX_NAME_CHARS} characters"));
        }
        read.extend(State::read(&child, Arc::from(name.as_str()), &names, is_jsonata));
    }
    if !findings.has_schema_errors() {
        graph::check(start_at, states, findings);
    }
    let is_complete = read.len() == states.len();
    is_complete.then_some(StateMachine { states: read, start: start?, timeout_seconds })
}

/// The longest name of a state.
const MAX_NAME_CHARS: usize = 80;

/// Notes the required fields that are missing, in one diagnostic as Step Functions does.
pub(crate) fn require(reader: &Reader<'_>, fields: &[&str]) {
    let missing: Vec<_> = fields.iter().copied().filter(|field| !reader.has(field)).collect();
    if !missing.is_empty() {
        reader.error(&format!("These fields are required: [{}]", missing.join(", ")));
    }
}
