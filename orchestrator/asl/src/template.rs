//! Payload templates: `Parameters` and `ResultSelector`.
//!
//! A field whose name ends in `.$` takes its value from a path; everything else is taken as it stands. Parts without
//! such fields are kept whole, so that evaluating a template costs what its paths cost.

use serde_json::{Map, Value};

use crate::path::{ContextObject, Path, PathProblem};
use crate::reader::Reader;

/// A compiled payload template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Literal(Value),
    Path { field: Box<str>, path: Path },
    Object(Vec<(Box<str>, Node)>),
    Array(Vec<Node>),
}

/// A path of a template named nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{input}'")]
pub struct TemplateError {
    /// The field, with its `.$`.
    pub field: String,
    /// The path, as written.
    pub path: String,
    /// The input, as JSON text.
    pub input: String,
}

impl Template {
    /// What the template makes of the input.
    ///
    /// # Errors
    /// [`TemplateError`] if a path names nothing.
    pub fn evaluate(&self, input: &Value, context: &dyn ContextObject) -> Result<Value, TemplateError> {
        self.0.evaluate(input, context)
    }

    /// Whether it makes an object with that field.
    pub fn has_field(&self, name: &str) -> bool {
        match &self.0 {
            Node::Literal(value) => value.get(name).is_some(),
            Node::Object(fields) => fields.iter().any(|(field, _)| &**field == name),
            Node::Path { .. } | Node::Array(_) => false,
        }
    }

    /// Whether all that it takes from its input is in that field.
    pub fn reads_only(&self, name: &str) -> bool {
        self.0.reads_only(name)
    }

    /// Reads the field, which must be an object.
    pub(crate) fn read(reader: &Reader<'_>, field: &'static str) -> Option<Self> {
        let value = reader.take(field)?;
        if !value.is_object() {
            reader.error_at(field, "Expected value of type Object");
            return None;
        }
        Some(Self(compile(reader, field, value)))
    }
}

impl Node {
    fn evaluate(&self, input: &Value, context: &dyn ContextObject) -> Result<Value, TemplateError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Path { field, path } => match path.evaluate(input, context) {
                Ok(found) => Ok(found.into_owned()),
                Err(_) => Err(TemplateError {
                    field: field.to_string(),
                    path: path.to_string(),
                    input: input.to_string(),
                }),
            },
            Self::Object(fields) => {
                let evaluated = fields.iter().map(|(name, node)| {
                    Ok::<_, TemplateError>((String::from(&**name), node.evaluate(input, context)?))
                });
                evaluated.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
            Self::Array(items) => {
                let evaluated = items.iter().map(|item| item.evaluate(input, context));
                evaluated.collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
        }
    }

    fn reads_only(&self, name: &str) -> bool {
        match self {
            Self::Literal(_) => true,
            Self::Path { path, .. } => path.is_within(name),
            Self::Object(fields) => fields.iter().all(|(_, node)| node.reads_only(name)),
            Self::Array(items) => items.iter().all(|item| item.reads_only(name)),
        }
    }

    fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }
}

/// Recursion is bounded by the depth of the definition, which the JSON parser limits to 128.
fn compile(reader: &Reader<'_>, at: &'static str, value: &Value) -> Node {
    match value {
        Value::Object(object) => {
            let fields: Vec<_> =
                object.iter().map(|(name, value)| compile_field(reader, at, name, value)).collect();
            let is_literal = fields.iter().all(|(_, node)| node.is_literal());
            if is_literal { Node::Literal(value.clone()) } else { Node::Object(fields) }
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| compile(reader, at, item)).collect();
            let is_literal = items.iter().all(Node::is_literal);
            if is_literal { Node::Literal(value.clone()) } else { Node::Array(items) }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Node::Literal(value.clone()),
    }
}

fn compile_field(reader: &Reader<'_>, at: &'static str, name: &str, value: &Value) -> (Box<str>, Node) {
    let Some(plain) = name.strip_suffix(".$") else {
        return (name.into(), compile(reader, at, value));
    };
    let path = match value.as_str().map(crate::path::Path::read) {
        Some(Ok(path)) => path,
        Some(Err(PathProblem::Intrinsic)) => {
            reader.not_supported_yet(at, "Intrinsic functions are");
            return (plain.into(), Node::Literal(Value::Null));
        }
        Some(Err(PathProblem::Variable)) => {
            reader.not_supported_yet(at, "Variables are");
            return (plain.into(), Node::Literal(Value::Null));
        }
        Some(Err(PathProblem::Invalid)) | None => {
            let expected = "must be a valid JSONPath or a valid intrinsic function call";
            reader.error_at(at, &format!("The value for the field '{name}' {expected}"));
            return (plain.into(), Node::Literal(Value::Null));
        }
    };
    (plain.into(), Node::Path { field: name.into(), path })
}
