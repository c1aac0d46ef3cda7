//! Between JSON and the evaluator's values, whose numbers are all floating point.

use jsonata_core::value::JValue;
use serde_json::{Map, Value};

/// What an expression's result is in JSON.
pub(super) enum Converted {
    /// A value.
    Value(Value),
    /// Nothing.
    Undefined,
    /// A function, which JSON has no form for.
    Function,
}

/// Recursion is bounded by the depth of the value, which the JSON parser limits to 128.
pub(super) fn from_json(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(flag) => JValue::from(*flag),
        Value::Number(number) => JValue::from_f64(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => JValue::string(text.as_str()),
        Value::Array(items) => JValue::array(items.iter().map(from_json).collect()),
        Value::Object(fields) => {
            JValue::object(fields.iter().map(|(name, field)| (name.clone(), from_json(field))).collect())
        }
    }
}

pub(super) fn to_json(value: &JValue) -> Converted {
    if value.is_undefined() {
        return Converted::Undefined;
    }
    if value.is_function() || value.is_regex() {
        return Converted::Function;
    }
    Converted::Value(plain(value))
}

/// Recursion is bounded by the depth of the expression's result, which the evaluator's limits bound.
fn plain(value: &JValue) -> Value {
    match value {
        JValue::Bool(flag) => Value::Bool(*flag),
        JValue::Number(number) => plain_number(*number),
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(items) => Value::Array(items.iter().map(plain).collect()),
        JValue::Object(fields) => {
            let present = fields.iter().filter(|(_, field)| !field.is_undefined());
            Value::Object(present.map(|(name, field)| (name.clone(), plain(field))).collect::<Map<_, _>>())
        }
        JValue::Null
        | JValue::Undefined
        | JValue::Lambda(_)
        | JValue::Builtin { .. }
        | JValue::Regex { .. } => Value::Null,
    }
}

/// A whole number is one, as far as floating point is exact; what is no number has its name in JavaScript.
#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked, and there is no fraction")]
fn plain_number(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Value::from(number as i64);
    }
    match serde_json::Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => Value::from("NaN"),
        None => Value::from(if number > 0.0 { "Infinity" } else { "-Infinity" }),
    }
}
