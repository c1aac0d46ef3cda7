//! What a field that ends in `.$` takes its value from: a path, or the call of an intrinsic function.

use std::borrow::Cow;

use serde_json::Value;

use crate::environment::Environment;
use crate::evaluation_error::EvaluationError;
use crate::intrinsic::Intrinsic;
use crate::path::Path;

/// A path, or the call of an intrinsic function.
#[derive(Debug, Clone, PartialEq)]
pub enum Selector {
    /// What the path names.
    Path(Path),
    /// What the function returns.
    Intrinsic(Intrinsic),
}

impl Selector {
    /// `None` if the text is neither.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text.starts_with("States.") {
            Intrinsic::parse(text).map(Self::Intrinsic)
        } else {
            text.parse().ok().map(Self::Path)
        }
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Path(path) => path.as_str(),
            Self::Intrinsic(call) => call.as_str(),
        }
    }

    /// Its value, for the field of that name.
    ///
    /// # Errors
    /// [`EvaluationError`] if a path names nothing, or the function does not take its arguments.
    pub fn evaluate<'a>(
        &'a self,
        field: &str,
        input: &'a Value,
        environment: &'a dyn Environment,
    ) -> Result<Cow<'a, Value>, EvaluationError> {
        match self {
            Self::Path(path) => path.evaluate(input, environment).map_err(|_| {
                EvaluationError::runtime(format!(
                    "The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{input}'"
                ))
            }),
            Self::Intrinsic(call) => call.evaluate(input, environment).map(Cow::Owned),
        }
    }

    /// Whether it is a path whose last step is an index past the end of a list.
    pub(crate) fn is_past_the_end(&self, input: &Value, environment: &dyn Environment) -> bool {
        matches!(self, Self::Path(path) if path.is_past_the_end(input, environment))
    }

    /// Whether nothing of the input but that field can make a difference to it.
    pub(crate) fn is_within(&self, name: &str) -> bool {
        match self {
            Self::Path(path) => path.is_within(name),
            Self::Intrinsic(call) => call.paths().all(|path| path.is_within(name)),
        }
    }

    /// The workflow variables that it refers to.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        let (path, call) = match self {
            Self::Path(path) => (Some(path), None),
            Self::Intrinsic(call) => (None, Some(call.paths())),
        };
        path.into_iter().chain(call.into_iter().flatten()).filter_map(Path::variable)
    }
}
