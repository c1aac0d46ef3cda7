//! Functions of texts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::digest;

/// The most characters that `States.Base64Encode`, `States.Base64Decode` and `States.Hash` take.
const MAX_CHARS: usize = 10_000;

pub(super) fn base64_encode(text: &Value) -> Option<Value> {
    Some(Value::String(STANDARD.encode(limited(text)?)))
}

pub(super) fn base64_decode(text: &Value) -> Option<Value> {
    let bytes = STANDARD.decode(limited(text)?).ok()?;
    String::from_utf8(bytes).ok().map(Value::String)
}

pub(super) fn hash(data: &Value, algorithm: &Value) -> Option<Value> {
    digest::hex(limited(data)?, algorithm.as_str()?).map(Value::String)
}

/// The parts between any of the delimiter's characters; empty ones are dropped.
pub(super) fn split(text: &Value, delimiters: &Value) -> Option<Value> {
    let (text, delimiters) = (text.as_str()?, delimiters.as_str()?);
    let parts = text.split(|c| delimiters.contains(c)).filter(|part| !part.is_empty());
    Some(Value::Array(parts.map(Value::from).collect()))
}

fn limited(text: &Value) -> Option<&str> {
    text.as_str().filter(|text| text.chars().count() <= MAX_CHARS)
}
