//! `States.Format`: a template whose `{}` stand for the other arguments.
//!
//! Values are written as Java writes them: objects as `{a=1, b=[2, 3]}`, texts within them without quotes.

use std::fmt::Write;

use serde_json::Value;

use super::function::Arguments;

pub(super) fn format(arguments: &Arguments<'_>) -> Result<Value, String> {
    let mismatch =
        || "Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.";
    let Some((Value::String(template), values)) =
        arguments.split_first().map(|(first, rest)| (&**first, rest))
    else {
        return Err("Invalid arguments in States.Format".to_owned());
    };
    let mut values = values.iter();
    let mut text = String::with_capacity(template.len());
    let mut chars = template.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            '{' if chars.as_str().starts_with('}') => {
                chars.next();
                write_plain(values.next().ok_or_else(mismatch)?, &mut text);
            }
            '{' => {
                return Err("Invalid template in States.Format: matching '}' not found for '{'.".to_owned());
            }
            '}' => {
                return Err("Invalid template in States.Format: matching '{' not found for '}'.".to_owned());
            }
            c => text.push(c),
        }
    }
    match values.next() {
        None => Ok(Value::String(text)),
        Some(_) => Err(mismatch().to_owned()),
    }
}

/// Recursion is bounded by the depth of the value, which the JSON parser limits to 128.
fn write_plain(value: &Value, into: &mut String) {
    match value {
        Value::String(text) => into.push_str(text),
        Value::Array(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                into.push_str(if index > 0 { ", " } else { "" });
                write_plain(item, into);
            }
            into.push(']');
        }
        Value::Object(fields) => {
            into.push('{');
            for (index, (name, field)) in fields.iter().enumerate() {
                let separator = if index > 0 { ", " } else { "" };
                let _ = write!(into, "{separator}{name}=");
                write_plain(field, into);
            }
            into.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let _ = write!(into, "{value}");
        }
    }
}
