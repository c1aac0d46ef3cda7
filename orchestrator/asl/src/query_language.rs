//! `QueryLanguage`: in which language a machine, or a state of it, is written.

use serde_json::Value;

use crate::reader::Reader;

/// Fields that a state has in JSONata only.
pub(crate) const JSONATA_FIELDS: &[&str] = &["Arguments", "Condition", "Items", "Output"];

/// Fields that a state has in JSONPath only.
pub(crate) const JSONPATH_FIELDS: &[&str] = &[
    "CausePath",
    "ErrorPath",
    "HeartbeatSecondsPath",
    "InputPath",
    "ItemsPath",
    "MaxConcurrencyPath",
    "MaxInputBytesPerBatchPath",
    "MaxItemsPath",
    "MaxItemsPerBatchPath",
    "OutputPath",
    "Parameters",
    "Result",
    "ResultPath",
    "ResultSelector",
    "SecondsPath",
    "TimeoutSecondsPath",
    "TimestampPath",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath",
    "Variable",
];

/// A language in which states refer to data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueryLanguage {
    /// Paths and intrinsic functions; the default.
    JsonPath,
    /// Expressions between `{%` and `%}`.
    Jsonata,
}

impl QueryLanguage {
    /// The name in a definition.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JsonPath => "JSONPath",
            Self::Jsonata => "JSONata",
        }
    }

    /// The machine's own; JSONPath if it says nothing.
    pub(crate) fn of_machine(reader: &Reader<'_>) -> Self {
        read(reader).unwrap_or(Self::JsonPath)
    }

    /// A state's own, or its machine's. A machine that is all JSONata takes no exceptions: `None`, and noted.
    pub(crate) fn of_state(reader: &Reader<'_>, machine: Self) -> Option<Self> {
        let own = read(reader).unwrap_or(machine);
        if machine == Self::Jsonata && own == Self::JsonPath {
            reader.error("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
            return None;
        }
        Some(own)
    }
}

/// Anything but `JSONPath` is taken for JSONata, and noted if it is not that either.
fn read(reader: &Reader<'_>) -> Option<QueryLanguage> {
    match reader.take("QueryLanguage")? {
        Value::String(text) if text == "JSONPath" => return Some(QueryLanguage::JsonPath),
        Value::String(text) if text == "JSONata" => {}
        Value::String(_) => {
            reader.not_among("QueryLanguage", "JSONPath, JSONata");
        }
        _ => reader.wrong_type("QueryLanguage", "String"),
    }
    Some(QueryLanguage::Jsonata)
}
