//! Fail: ends the execution with an error and a cause.

use serde_json::Value;

use crate::environment::{Environment, States};
use crate::evaluation_error::EvaluationError;
use crate::jsonata::{Expression, Kind};
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::selector::Selector;

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
    /// The text that the path names, or the intrinsic function returns.
    At {
        /// The field, such as `ErrorPath`.
        field: &'static str,
        /// Where the text is from.
        selector: Selector,
    },
    /// The text that the expression returns.
    Query(Expression),
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
    /// The text.
    ///
    /// # Errors
    /// [`EvaluationError`] if there is nothing, or something else than a text.
    pub fn evaluate(
        &self,
        states: &States<'_>,
        environment: &dyn Environment,
    ) -> Result<String, EvaluationError> {
        let value = match self {
            Self::Fixed(text) => return Ok(text.clone()),
            Self::Query(expression) => expression.evaluate_to(Kind::String, states, environment)?,
            Self::At { field, selector } => {
                let value = selector.evaluate(field, states.input, environment)?.into_owned();
                if !value.is_string() {
                    let source = selector.as_str();
                    let specified = format!("The JSONPath '{source}' specified for the field '{field}'");
                    return Err(EvaluationError::runtime(format!(
                        "{specified} must reference a string: {value}"
                    )));
                }
                value
            }
        };
        match value {
            Value::String(text) => Ok(text),
            other => Ok(other.to_string()),
        }
    }

    fn read(reader: &Reader<'_>, field: &'static str, path_field: &'static str) -> Option<Self> {
        if let Some(expression) = reader.expression(field) {
            return Some(Self::Query(expression));
        }
        let fixed = reader.string(field).map(|text| Self::Fixed(text.to_owned()));
        if reader.language() == QueryLanguage::Jsonata {
            return fixed;
        }
        let at = reader.selector(path_field).map(|selector| Self::At { field: path_field, selector });
        reader.at_most_one(&[field, path_field]);
        fixed.or(at)
    }
}
