//! Payload templates: `Parameters`, `Arguments`, `ResultSelector`, `ItemSelector`, `Output`, `Assign`.
//!
//! In JSONPath, a field whose name ends in `.$` takes its value from a path or an intrinsic function. In JSONata, a text
//! between `{%` and `%}` is an expression. Everything else is taken as it stands, and parts without either are kept
//! whole, so that evaluating a template costs what its paths and expressions cost.

mod compile;

use serde_json::{Map, Value};

use crate::environment::{Environment, States};
use crate::evaluation_error::EvaluationError;
use crate::jsonata::{Expression, Session};
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::selector::Selector;

/// A compiled payload template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Literal(Value),
    Selected { field: Box<str>, selector: Selector },
    Query(Expression),
    Object(Vec<(Box<str>, Node)>),
    Array(Vec<Node>),
}

impl Template {
    /// What the template makes of a state's data.
    ///
    /// # Errors
    /// [`EvaluationError`] if a path names nothing, or a function or an expression fails.
    pub fn evaluate(
        &self,
        states: &States<'_>,
        environment: &dyn Environment,
    ) -> Result<Value, EvaluationError> {
        self.0.evaluate(&Session::new(states, environment))
    }

    /// Whether it makes an object with that field.
    pub fn has_field(&self, name: &str) -> bool {
        match &self.0 {
            Node::Literal(value) => value.get(name).is_some(),
            Node::Object(fields) => fields.iter().any(|(field, _)| &**field == name),
            Node::Selected { .. } | Node::Query(_) | Node::Array(_) => false,
        }
    }

    /// Whether all that it takes from its input is in that field, as far as paths tell.
    pub fn reads_only(&self, name: &str) -> bool {
        self.0.reads_only(name)
    }

    /// The expression that it is, if it is nothing but one.
    pub fn as_expression(&self) -> Option<&Expression> {
        match &self.0 {
            Node::Query(expression) => Some(expression),
            Node::Literal(_) | Node::Selected { .. } | Node::Object(_) | Node::Array(_) => None,
        }
    }

    /// Its value, if it is the same whatever it is evaluated on.
    pub fn as_literal(&self) -> Option<&Value> {
        match &self.0 {
            Node::Literal(value) => Some(value),
            Node::Query(_) | Node::Selected { .. } | Node::Object(_) | Node::Array(_) => None,
        }
    }

    /// Reads a field that is an object; in JSONata, it may be an expression too.
    pub(crate) fn read(reader: &Reader<'_>, field: &'static str) -> Option<Self> {
        let value = reader.take(field)?;
        let is_query = reader.language() == QueryLanguage::Jsonata
            && value.as_str().is_some_and(|text| Expression::source_of(text).is_some());
        if reader.is_open_expression(value) {
            reader.open_expression(field);
            return None;
        }
        if !value.is_object() && !is_query {
            reader.wrong_type(field, "Object");
            return None;
        }
        Some(Self(compile::compile(reader, field, value)))
    }

    /// Reads a field of a JSONata state that may be anything.
    pub(crate) fn read_any(reader: &Reader<'_>, field: &'static str) -> Option<Self> {
        if reader.language() == QueryLanguage::JsonPath {
            return None;
        }
        reader.take(field).map(|value| Self(compile::compile(reader, field, value)))
    }

    /// Reads what the state's work is given: `Parameters`, or `Arguments` in JSONata.
    pub(crate) fn read_arguments(reader: &Reader<'_>) -> Option<Self> {
        match reader.language() {
            QueryLanguage::JsonPath => Self::read(reader, "Parameters"),
            QueryLanguage::Jsonata => Self::read_any(reader, "Arguments"),
        }
    }

    /// Reads what an item of a Map state is made into: `ItemSelector`, or `Parameters` as it once was.
    pub(crate) fn read_item_selector(reader: &Reader<'_>) -> Option<Self> {
        let selector = Self::read(reader, "ItemSelector");
        if reader.language() == QueryLanguage::Jsonata {
            return selector;
        }
        let parameters = Self::read(reader, "Parameters");
        reader.at_most_one(&["ItemSelector", "Parameters"]);
        selector.or(parameters)
    }

    /// Reads `ResultSelector`, which JSONata has not got.
    pub(crate) fn read_result_selector(reader: &Reader<'_>) -> Option<Self> {
        match reader.language() {
            QueryLanguage::JsonPath => Self::read(reader, "ResultSelector"),
            QueryLanguage::Jsonata => None,
        }
    }
}

impl Node {
    fn evaluate(&self, session: &Session<'_>) -> Result<Value, EvaluationError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Selected { field, selector } => {
                let (input, environment) = (session.data.input, session.environment);
                let found = match selector.evaluate(field, input, environment) {
                    // In a template there is null past the end of a list (floci-io/floci#3167).
                    Err(_) if selector.is_past_the_end(input, environment) => return Ok(Value::Null),
                    found => found?,
                };
                if !session.allowance.covers(&found) {
                    return Err(EvaluationError::runtime(format!(
                        "The field '{field}' exceeds what can be made of the input: make it smaller"
                    )));
                }
                Ok(found.into_owned())
            }
            Self::Query(expression) => {
                let value = expression.evaluate_in(session)?;
                if session.allowance.covers(&value) { Ok(value) } else { Err(expression.too_large()) }
            }
            Self::Object(fields) => {
                let evaluated = fields.iter().map(|(name, node)| {
                    Ok::<_, EvaluationError>((String::from(&**name), node.evaluate(session)?))
                });
                evaluated.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
            Self::Array(items) => {
                let evaluated = items.iter().map(|item| item.evaluate(session));
                evaluated.collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
        }
    }

    fn reads_only(&self, name: &str) -> bool {
        match self {
            Self::Literal(_) => true,
            Self::Query(_) => false,
            Self::Selected { selector, .. } => selector.is_within(name),
            Self::Object(fields) => fields.iter().all(|(_, node)| node.reads_only(name)),
            Self::Array(items) => items.iter().all(|item| item.reads_only(name)),
        }
    }

    fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }
}
