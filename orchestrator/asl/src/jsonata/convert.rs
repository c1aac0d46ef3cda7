//! Between JSON and the evaluator's values, whose numbers are all floating point.

use jsonata_core::value::JValue;
use serde_json::{Map, Value};

use super::budget::weight;
use super::limits::MAX_RESULT;

/// What an expression's result is in JSON.
pub(super) enum Converted {
    /// A value.
    Value(Value),
    /// Nothing.
    Undefined,
    /// A function, which JSON has no form for.
    Function,
    /// It is nested too deep, or takes too much.
    TooLarge,
}

/// How deep a result may nest. A fold can nest without end, and what follows the nesting takes a stack.
const MAX_DEPTH: usize = 200;

/// Recursion is bounded by the depth of the value, which was bounded when it came in.
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
    if weight(value, MAX_RESULT).is_none() {
        return Converted::TooLarge;
    }
    plain(value, MAX_DEPTH).map_or(Converted::TooLarge, Converted::Value)
}

/// `None` if it nests deeper than that.
fn plain(value: &JValue, depth: usize) -> Option<Value> {
    let plain_value = match value {
        JValue::Bool(flag) => Value::Bool(*flag),
        JValue::Number(number) => plain_number(*number),
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(items) => {
            let depth = depth.checked_sub(1)?;
            Value::Array(items.iter().map(|item| plain(item, depth)).collect::<Option<_>>()?)
        }
        JValue::Object(fields) => {
            let depth = depth.checked_sub(1)?;
            let present = fields.iter().filter(|(_, field)| !field.is_undefined());
            let converted = present.map(|(name, field)| Some((name.clone(), plain(field, depth)?)));
            Value::Object(converted.collect::<Option<Map<_, _>>>()?)
        }
        JValue::Null
        | JValue::Undefined
        | JValue::Lambda(_)
        | JValue::Builtin { .. }
        | JValue::Regex { .. } => Value::Null,
    };
    Some(plain_value)
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
