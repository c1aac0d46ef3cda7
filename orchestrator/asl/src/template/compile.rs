//! From the JSON of a template to what is evaluated.

use serde_json::Value;

use super::Node;
use crate::jsonata::Expression;
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::selector::Selector;

/// Compiles what is at `at`, below the reader's object. Recursion is bounded by the depth of the definition, which the
/// JSON parser limits to 128.
pub(super) fn compile(reader: &Reader<'_>, at: &str, value: &Value) -> Node {
    match value {
        Value::Object(object) => {
            let fields = object.iter().map(|(name, value)| field(reader, at, name, value));
            let fields: Vec<_> = fields.collect();
            let is_literal = fields.iter().all(|(_, node)| node.is_literal());
            if is_literal { Node::Literal(value.clone()) } else { Node::Object(fields) }
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            let items: Vec<_> =
                items.map(|(index, item)| compile(reader, &format!("{at}[{index}]"), item)).collect();
            let is_literal = items.iter().all(Node::is_literal);
            if is_literal { Node::Literal(value.clone()) } else { Node::Array(items) }
        }
        Value::String(text) if reader.language() == QueryLanguage::Jsonata => query(reader, at, value, text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Node::Literal(value.clone()),
    }
}

fn query(reader: &Reader<'_>, at: &str, value: &Value, text: &str) -> Node {
    if reader.is_open_expression(value) {
        reader.open_expression(at);
    }
    match Expression::source_of(text).map(|source| reader.expression_in(at, source)) {
        Some(Some(expression)) => Node::Query(expression),
        Some(None) | None => Node::Literal(Value::from(text)),
    }
}

fn field(reader: &Reader<'_>, at: &str, name: &str, value: &Value) -> (Box<str>, Node) {
    match name.strip_suffix(".$") {
        Some(plain) if reader.language() == QueryLanguage::JsonPath => {
            (plain.into(), selected(reader, at, name, value))
        }
        _ => (name.into(), compile(reader, &format!("{at}/{name}"), value)),
    }
}

fn selected(reader: &Reader<'_>, at: &str, name: &str, value: &Value) -> Node {
    match value.as_str().and_then(Selector::read) {
        Some(selector) => {
            reader.note_variables(selector.variables());
            Node::Selected { field: name.into(), selector }
        }
        None => {
            let expected = "must be a valid JSONPath or a valid intrinsic function call";
            reader.error_at(at, &format!("The value for the field '{name}' {expected}"));
            Node::Literal(Value::Null)
        }
    }
}
