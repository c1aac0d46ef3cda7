//! Texts that cannot be decoded, which the evaluator would pass on as they are.

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::JValue;

use super::catalogue::{json, message};
use super::failure::INTERNAL;

/// What a decoding function is to be given instead of a text; its result itself if that is known.
pub(super) enum Decoded {
    /// This text.
    Given(String),
    /// The result.
    Result(String),
}

/// Prepares a call of that function.
///
/// A percent sign without two digits is an error, as in jsonata-js; and in a component of a URL, a plus sign is a space,
/// and bytes that are no text are replaced. `$base64decode` takes a text without its padding, and fails internally on
/// other letters. Measured on Step Functions by the authors of sfnx and of floci (issue 2736).
///
/// # Errors
/// If the text cannot be decoded.
pub(super) fn decode(name: &str, text: &str) -> Result<Decoded, EvaluatorError> {
    match name {
        "base64decode" => padded(text).map(Decoded::Given).ok_or_else(|| failure(INTERNAL.to_owned())),
        "decodeUrl" if percent_decoded(text).is_some_and(|bytes| String::from_utf8(bytes).is_ok()) => {
            Ok(Decoded::Given(text.to_owned()))
        }
        "decodeUrlComponent" if let Some(bytes) = percent_decoded(&text.replace('+', " ")) => {
            Ok(Decoded::Result(String::from_utf8_lossy(&bytes).into_owned()))
        }
        _ => {
            let values = [("functionName", name.to_owned()), ("value", json(&JValue::string(text)))];
            Err(failure(message("D3140", &values).unwrap_or_default()))
        }
    }
}

fn failure(message: String) -> EvaluatorError {
    EvaluatorError::EvaluationError(message)
}

/// With as many equals signs as are missing; `None` if it is not in the alphabet.
fn padded(text: &str) -> Option<String> {
    let letters = text.trim_end_matches('=');
    let is_in_alphabet = letters.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte));
    let fits = is_in_alphabet && text.len() - letters.len() <= 2 && letters.len() % 4 != 1;
    fits.then(|| format!("{letters}{}", "=".repeat((4 - letters.len() % 4) % 4)))
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        if *first == b'%' {
            let digits = others.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = &others[2..];
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    Some(bytes)
}
