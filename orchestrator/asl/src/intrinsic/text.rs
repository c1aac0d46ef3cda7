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

/// What stands before the first `=`, whatever is no Base64 in it left out, as Step Functions does it; and what is no
/// UTF-8 replaced.
pub(super) fn base64_decode(text: &Value) -> Option<Value> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for character in limited(text)?.bytes().take_while(|character| *character != b'=') {
        let Some(six) = six_bits(character) else { continue };
        (held, bits) = ((held << 6 | u32::from(six)) & 0xFFFF, bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xFF) as u8);
        }
    }
    Some(Value::String(String::from_utf8_lossy(&bytes).into_owned()))
}

/// What a character of Base64 stands for, of the alphabet for URLs too.
fn six_bits(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Of what is no text, the JSON is hashed.
pub(super) fn hash(data: &Value, algorithm: &Value) -> Option<Value> {
    let algorithm = algorithm.as_str()?;
    match data {
        Value::String(_) => digest::hex(limited(data)?, algorithm),
        other => digest::hex(limited(&Value::String(other.to_string()))?, algorithm),
    }
    .map(Value::String)
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
