//! A state machine: its states, where it starts, and how long it may run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::{DefinitionError, Diagnostic, DiagnosticCode};
use crate::findings::Findings;
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::state::{Names, State};
use crate::{graph, json_text};

/// A state's place in its machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateIndex(pub(crate) u32);

/// The type of a state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MachineType {
    /// Durable executions of up to a year.
    #[default]
    Standard,
    /// Executions of up to five minutes, which wait for nobody.
    Express,
}

/// A parsed definition, free of errors; or a branch of a Parallel state, or the processor of a Map state.
#[derive(Debug, Clone, PartialEq)]
pub struct StateMachine {
    states: Vec<State>,
    start: StateIndex,
    timeout_seconds: Option<u32>,
}

impl StateMachine {
    /// Reads the definition of a Standard state machine.
    ///
    /// # Errors
    /// [`DefinitionError`] with everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, DefinitionError> {
        Self::parse_as(MachineType::Standard, text)
    }

    /// Reads the definition of a state machine of that type.
    ///
    /// # Errors
    /// [`DefinitionError`] with everything that is wrong with it.
    pub fn parse_as(machine_type: MachineType, text: &str) -> Result<Self, DefinitionError> {
        Self::from_value_as(machine_type, &json_text::read(text)?)
    }

    /// Reads the definition of a Standard state machine that was accepted when it was stored, perhaps by a build that
    /// did not know yet that two states must not have one name. It can be run nevertheless.
    ///
    /// # Errors
    /// [`DefinitionError`] with everything else that is wrong with it.
    pub fn parse_stored(text: &str) -> Result<Self, DefinitionError> {
        let (machine, mut found) = read_whole(MachineType::Standard, &json_text::read(text)?)?;
        found.retain(|fault| fault.code != DiagnosticCode::DuplicateStateName);
        machine.filter(|_| found.is_empty()).ok_or_else(|| DefinitionError::new(found))
    }

    /// Reads the definition of a Standard state machine that is JSON already.
    ///
    /// # Errors
    /// [`DefinitionError`] with everything that is wrong with it.
    pub fn from_value(definition: &Value) -> Result<Self, DefinitionError> {
        Self::from_value_as(MachineType::Standard, definition)
    }

    /// Reads the definition of a state machine of that type that is JSON already.
    ///
    /// # Errors
    /// [`DefinitionError`] with everything that is wrong with it.
    pub fn from_value_as(machine_type: MachineType, definition: &Value) -> Result<Self, DefinitionError> {
        let (machine, found) = read_whole(machine_type, definition)?;
        machine.filter(|_| found.is_empty()).ok_or_else(|| DefinitionError::new(found))
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

    /// All states, in the order of the definition.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// The place of the state with that name.
    pub fn index_of(&self, name: &str) -> Option<StateIndex> {
        let position = self.states.iter().position(|state| *state.name == *name)?;
        u32::try_from(position).ok().map(StateIndex)
    }

    /// The machine's own `TimeoutSeconds`.
    pub fn timeout_seconds(&self) -> Option<u32> {
        self.timeout_seconds
    }

    /// The workflow variables that each state refers to, by the state's name, as DescribeStateMachine lists them in
    /// `variableReferences`. States within Parallel and Map states are among them; states without any are not.
    pub fn variable_references(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut references = BTreeMap::new();
        self.collect_references(&mut references);
        references
    }

    fn collect_references<'a>(&'a self, into: &mut BTreeMap<&'a str, BTreeSet<&'a str>>) {
        for state in &self.states {
            if !state.variables.is_empty() {
                let names = state.variables.iter().map(|name| &**name);
                into.entry(&*state.name).or_default().extend(names);
            }
            state.machines().into_iter().for_each(|machine| machine.collect_references(into));
        }
    }

    /// Reads a machine within a state. `taken` are fields of its object that have been read already.
    pub(crate) fn read_nested(reader: &Reader<'_>, names: &Names, taken: &[&'static str]) -> Option<Self> {
        for field in taken {
            reader.take(field);
        }
        reader.take("Comment");
        read(reader, names.language(), names.machine_type())
    }
}

/// The machine, if it can be read, and everything that is wrong with its definition.
fn read_whole(
    machine_type: MachineType,
    definition: &Value,
) -> Result<(Option<StateMachine>, Vec<Diagnostic>), DefinitionError> {
    let object = definition.as_object().ok_or_else(json_text::not_an_object)?;
    let findings = Findings::default();
    let reader = Reader::new(object, "/".to_owned(), &findings);
    let timeout_seconds = read_settings(&reader);
    let language = QueryLanguage::of_machine(&reader);
    let machine = read(&reader, language, machine_type);
    let machine = machine.map(|machine| StateMachine { timeout_seconds, ..machine });
    Ok((machine, findings.into_vec()))
}

fn read_settings(reader: &Reader<'_>) -> Option<u32> {
    reader.take("Comment");
    if reader.string("Version").is_some_and(|version| version != "1.0") {
        reader.not_among("Version", "1.0");
    }
    // Step Functions takes 0 too. What it means by it is told nowhere; here it is no limit.
    reader.seconds("TimeoutSeconds", 0).filter(|seconds| *seconds > 0)
}

fn read(reader: &Reader<'_>, language: QueryLanguage, machine_type: MachineType) -> Option<StateMachine> {
    require(reader, &["States", "StartAt"]);
    let start_at = reader.string("StartAt");
    let states = reader.object("States");
    reader.finish();
    let states = states?;
    if states.is_empty() {
        reader.error_at("States", "Value cannot be empty");
        return None;
    }
    let names = Names::new(states.keys(), language, machine_type);
    let start = start_at.and_then(|name| names.find(reader, "StartAt", name));
    for name in states.keys() {
        reader.name_state(name);
    }
    let mut read = Vec::with_capacity(states.len());
    for (name, value) in states {
        let Some(child) = reader.child_state(value, &format!("States/{name}")) else {
            continue;
        };
        if name.chars().count() > MAX_NAME_CHARS {
            let limit = format!("exceeds the {MAX_NAME_CHARS}-character limit allowed by the service");
            let message = format!("Invalid State name: State {limit}");
            reader.fault(DiagnosticCode::InvalidStateName, &format!("States/{name}"), message);
        }
        read.extend(State::read(child, Arc::from(name.as_str()), &names));
    }
    graph::check(reader, start_at, states);
    let is_complete = read.len() == states.len();
    is_complete.then_some(StateMachine { states: read, start: start?, timeout_seconds: None })
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
