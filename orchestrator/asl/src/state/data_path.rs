//! `InputPath`, `OutputPath` and `ResultPath`: what of the data a state sees, changes and passes on.

use serde_json::Value;

use crate::path::{Path, ReferencePath};
use crate::query_language::QueryLanguage;
use crate::reader::Reader;

/// An `InputPath` or `OutputPath`.
#[derive(Debug, Clone, PartialEq)]
pub enum DataPath {
    /// `$`, or none given, or a JSONata state: everything.
    Whole,
    /// `null`: an empty object.
    Nothing,
    /// What the path names.
    Path(Path),
}

impl DataPath {
    pub(crate) fn read(reader: &Reader<'_>, field: &'static str) -> Self {
        if reader.language() == QueryLanguage::Jsonata {
            return Self::Whole;
        }
        if reader.take(field).is_some_and(Value::is_null) {
            return Self::Nothing;
        }
        match reader.path(field) {
            Some(path) if !path.is_whole_input() => Self::Path(path),
            _ => Self::Whole,
        }
    }
}

/// A `ResultPath`: where the result goes in the state's input.
#[derive(Debug, Clone, PartialEq)]
pub enum ResultPath {
    /// `$`, or none given, or a JSONata state: the result takes the input's place.
    Replace,
    /// `null`: the result is dropped and the input kept.
    Discard,
    /// The result is put there.
    At(ReferencePath),
}

impl ResultPath {
    pub(crate) fn read(reader: &Reader<'_>) -> Self {
        if reader.language() == QueryLanguage::Jsonata {
            return Self::Replace;
        }
        if reader.take("ResultPath").is_some_and(Value::is_null) {
            return Self::Discard;
        }
        match reader.result_path("ResultPath") {
            Some(path) if !path.is_whole() => Self::At(path),
            _ => Self::Replace,
        }
    }
}
