//! Functions from and to JSON.

use serde_json::Value;

/// The first object with the fields of the second one in it. Only the shallow mode, `false`, is there.
pub(super) fn merge(left: &Value, right: &Value, deep: &Value) -> Option<Value> {
    if deep.as_bool()? {
        return None;
    }
    let mut merged = left.as_object()?.clone();
    merged.extend(right.as_object()?.iter().map(|(name, value)| (name.clone(), value.clone())));
    Some(Value::Object(merged))
}

/// The value that a text is the JSON of; null if there is nothing in it.
pub(super) fn parse(text: &Value) -> Option<Value> {
    let text = text.as_str()?;
    if text.is_empty() { Some(Value::Null) } else { serde_json::from_str(text).ok() }
}
