//! Fail: ends the execution with an error and a cause.

use crate::path::Path;
use crate::reader::Reader;

/// A Fail state.
#[derive(Debug, Clone, PartialEq)]
pub struct Fail {
    /// The error name.
    pub error: Option<FailText>,
    /// What a person should know.
    pub cause: Option<FailText>,
}

/// An `Error` or a `Cause`.
#[derive(Debug, Clone, PartialEq)]
pub enum FailText {
    /// This text.
    Fixed(String),
    /// The text that the path names.
    At(Path),
}

impl Fail {
    pub(crate) fn read(reader: &Reader<'_>) -> Self {
        Self {
            error: FailText::read(reader, "Error", "ErrorPath"),
            cause: FailText::read(reader, "Cause", "CausePath"),
        }
    }
}

impl FailText {
    fn read(reader: &Reader<'_>, field: &'static str, path_field: &'static str) -> Option<Self> {
        let fixed = reader.string(field).map(|text| Self::Fixed(text.to_owned()));
        let path = reader.reference_path(path_field).map(Self::At);
        if fixed.is_some() && path.is_some() {
            reader.error(&format!("only one of these fields is allowed: [{field}, {path_field}]"));
        }
        fixed.or(path)
    }
}
