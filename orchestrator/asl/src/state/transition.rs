//! `Next` and `End`: names of states, resolved to places while parsing.

use std::collections::HashMap;

use crate::machine::{MachineType, StateIndex};
use crate::query_language::QueryLanguage;
use crate::reader::Reader;

/// Where execution goes after a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// To that state.
    Next(StateIndex),
    /// Nowhere: the execution has succeeded.
    End,
}

impl Transition {
    /// The next state, if there is one.
    pub fn target(self) -> Option<StateIndex> {
        match self {
            Self::Next(index) => Some(index),
            Self::End => None,
        }
    }

    pub(crate) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        let end = reader.boolean("End").unwrap_or(false);
        match (reader.has("Next"), end) {
            (true, false) => names.target(reader, "Next", true).map(Self::Next),
            (false, true) => {
                reader.take("Next");
                Some(Self::End)
            }
            (true, true) => {
                reader.take("Next");
                reader.at_most_one(&["Next", "End"]);
                None
            }
            (false, false) => {
                reader.error("This object should have only one of the following fields: [Next, End]");
                None
            }
        }
    }
}

/// The places of all states of a machine, and what else its states must know of it.
pub(crate) struct Names {
    places: HashMap<String, StateIndex>,
    language: QueryLanguage,
    machine_type: MachineType,
}

impl Names {
    /// States are placed in the order of `names`.
    pub(crate) fn new<'a>(
        names: impl Iterator<Item = &'a String>,
        language: QueryLanguage,
        machine_type: MachineType,
    ) -> Self {
        let places = (0..).map(StateIndex).zip(names).map(|(index, name)| (name.clone(), index)).collect();
        Self { places, language, machine_type }
    }

    /// The language of the whole definition, which states that say nothing are written in, however deep.
    pub(crate) fn language(&self) -> QueryLanguage {
        self.language
    }

    /// The type of the whole definition.
    pub(crate) fn machine_type(&self) -> MachineType {
        self.machine_type
    }

    /// The place that a field names; notes it if the field is missing though required, or names no state.
    pub(crate) fn target(
        &self,
        reader: &Reader<'_>,
        field: &'static str,
        required: bool,
    ) -> Option<StateIndex> {
        let Some(name) = reader.string(field) else {
            if required && !reader.has(field) {
                reader.error(&format!("These fields are required: [{field}]"));
            }
            return None;
        };
        self.find(reader, field, name)
    }

    /// As [`Names::target`], of a name that was read already. Step Functions says `Next` whatever the field is.
    pub(crate) fn find(&self, reader: &Reader<'_>, field: &str, name: &str) -> Option<StateIndex> {
        let found = self.places.get(name).copied();
        if found.is_none() {
            reader.missing_target(field, format!("Missing 'Next' target: {name}"));
        }
        found
    }
}
