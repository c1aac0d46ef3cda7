//! `ItemsPath` and `Items`: the list that a Map state works on.

use serde_json::Value;

use crate::environment::{Environment, States};
use crate::evaluation_error::EvaluationError;
use crate::jsonata::Kind;
use crate::path::Path;
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::template::Template;

/// The list that a Map state works on.
#[derive(Debug, Clone, PartialEq)]
pub enum Items {
    /// The whole input: a JSONPath state without `ItemsPath`, or a JSONata state without `Items`.
    Input,
    /// What the path names in the input.
    At(Path),
    /// A list in the definition, or what an expression returns.
    Made(Template),
}

impl Items {
    /// The items.
    ///
    /// # Errors
    /// [`EvaluationError`] if there is no list.
    pub fn evaluate(
        &self,
        states: &States<'_>,
        environment: &dyn Environment,
    ) -> Result<Vec<Value>, EvaluationError> {
        match self {
            Self::Input => list(states.input.clone()).map_err(|_| not_a_list("$")),
            Self::At(path) => {
                let found = path.evaluate(states.input, environment).map_err(|reason| {
                    EvaluationError::runtime(format!("Invalid path '{path}' : {reason}"))
                })?;
                list(found.into_owned()).map_err(|_| not_a_list(path.as_str()))
            }
            Self::Made(template) => {
                let value = match template.as_expression() {
                    Some(expression) => expression.evaluate_to(Kind::Array, states, environment)?,
                    None => template.evaluate(states, environment)?,
                };
                list(value).map_err(|other| {
                    EvaluationError::query(
                        format!("The Items field must be an array, and is {other}"),
                        "Items",
                    )
                })
            }
        }
    }

    pub(super) fn read(reader: &Reader<'_>) -> Self {
        match reader.language() {
            QueryLanguage::JsonPath => reader.reference_path("ItemsPath").map_or(Self::Input, Self::At),
            QueryLanguage::Jsonata => {
                let items = Template::read_any(reader, "Items");
                let literal = items.as_ref().and_then(Template::as_literal);
                if literal.is_some_and(|value| !value.is_array()) {
                    reader.wrong_type("Items", "Array");
                }
                items.map_or(Self::Input, Self::Made)
            }
        }
    }
}

/// The value itself if it is no list.
fn list(value: Value) -> Result<Vec<Value>, Value> {
    match value {
        Value::Array(items) => Ok(items),
        other => Err(other),
    }
}

fn not_a_list(path: &str) -> EvaluationError {
    EvaluationError::runtime(format!("Reference path \"{path}\" must point to array."))
}
