//! A number of seconds, written down, found in the data or computed: `TimeoutSeconds` and `TimeoutSecondsPath`.

use serde_json::Value;

use crate::environment::{Environment, States};
use crate::evaluation_error::EvaluationError;
use crate::jsonata::{Expression, Kind};
use crate::path::Path;
use crate::query_language::QueryLanguage;
use crate::reader::Reader;

/// The largest number of seconds in a definition, and what Step Functions takes for no limit: a little over three
/// years, longer than an execution may last.
pub(crate) const MAX_SECONDS: u64 = 99_999_999;

/// A number of seconds.
#[derive(Debug, Clone, PartialEq)]
pub enum Seconds {
    /// This many.
    Fixed(u32),
    /// As many as the data says here.
    At {
        /// The field, such as `TimeoutSecondsPath`.
        field: &'static str,
        /// Where.
        path: Path,
    },
    /// As many as the expression returns.
    Query(Expression),
}

impl Seconds {
    /// How many: at least 1.
    ///
    /// # Errors
    /// [`EvaluationError`] if the data or the expression has no such number.
    pub fn evaluate(
        &self,
        states: &States<'_>,
        environment: &dyn Environment,
    ) -> Result<u32, EvaluationError> {
        match self {
            Self::Fixed(seconds) => Ok(*seconds),
            Self::At { field, path } => {
                let value = required(path, field, states, environment)?;
                positive(&value).ok_or_else(|| {
                    let shown = plain(&value);
                    let problem = "does not reference a positive integer";
                    EvaluationError::runtime(format!("The {field} parameter {problem}: {path} == {shown}"))
                })
            }
            Self::Query(expression) => {
                let value = expression.evaluate_to(Kind::Number, states, environment)?;
                positive(&value).ok_or_else(|| {
                    let field = expression.location();
                    let cause = format!("The {field} field must be a positive integer: {value}");
                    EvaluationError::query(cause, field)
                })
            }
        }
    }

    /// Reads `{field}` or, in JSONPath, `{field}Path`; both at once is an error.
    pub(crate) fn read(reader: &Reader<'_>, field: &'static str, path_field: &'static str) -> Option<Self> {
        if let Some(expression) = reader.expression(field) {
            return Some(Self::Query(expression));
        }
        let fixed = if reader.has_expression(field) { None } else { reader.seconds(field, 1) };
        if reader.language() == QueryLanguage::Jsonata {
            return fixed.map(Self::Fixed);
        }
        let path = reader.reference_path(path_field);
        reader.at_most_one(&[field, path_field]);
        fixed.map(Self::Fixed).or(path.map(|path| Self::At { field: path_field, path }))
    }
}

/// What a path of a field that must have a value names.
pub(crate) fn required(
    path: &Path,
    field: &str,
    states: &States<'_>,
    environment: &dyn Environment,
) -> Result<Value, EvaluationError> {
    match path.evaluate(states.input, environment) {
        Ok(found) => Ok(found.into_owned()),
        Err(_) => {
            let cause = format!("The {field} parameter does not reference an input value: {path}");
            Err(EvaluationError::runtime(cause))
        }
    }
}

/// A value as Step Functions writes it in causes: text without quotes, all else as JSON.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn positive(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|seconds| u32::try_from(seconds).ok()).filter(|seconds| *seconds > 0)
}
