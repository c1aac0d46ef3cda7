//! How much data and how many events an execution may have.

use std::io;

use serde_json::Value;

/// The most bytes of JSON text that may pass between states: 256 KiB.
pub const MAX_DATA_BYTES: usize = 262_144;

/// The deepest nesting of data that passes between states: that of an input or an answer, and as much again. What goes
/// through data takes a stack.
const MAX_DATA_DEPTH: usize = 200;

/// The most events of a history. The last one is always the end of the execution.
pub const MAX_EVENTS: u32 = 25_000;

/// Whether the value's JSON text is longer than [`MAX_DATA_BYTES`], or nested deeper than [`MAX_DATA_DEPTH`].
pub(super) fn is_too_large(value: &Value) -> bool {
    is_deeper_than(MAX_DATA_DEPTH, value) || is_longer_than(MAX_DATA_BYTES, value)
}

/// Whether anything in the value is inside of more than that many arrays and objects. To be asked before anything else
/// that follows the nesting, which takes a stack.
pub(crate) fn is_deeper_than(depth: usize, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::Array(items) => depth == 0 || items.iter().any(|item| is_deeper_than(depth - 1, item)),
        Value::Object(fields) => depth == 0 || fields.values().any(|field| is_deeper_than(depth - 1, field)),
    }
}

/// Whether the value's JSON text is longer than that. Almost all data is so much smaller that an estimate is enough.
pub(crate) fn is_longer_than(limit: usize, value: &Value) -> bool {
    estimate(value) > limit && serde_json::to_writer(Allowance { left: limit }, value).is_err()
}

/// No less than the length of the value's JSON text.
pub(super) fn estimate(value: &Value) -> usize {
    // A control character is written as \u and four digits.
    let text = |text: &str| 6 * text.len() + 2;
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 32,
        Value::String(string) => text(string),
        Value::Array(items) => items.iter().map(|item| estimate(item) + 1).sum::<usize>() + 2,
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| text(name) + estimate(field) + 2).sum::<usize>() + 2
        }
    }
}

struct Allowance {
    left: usize,
}

impl io::Write for Allowance {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text_bytes: usize, expected: bool) {
        assert_eq!(is_too_large(&Value::String("a".repeat(text_bytes))), expected, "{text_bytes}");
    }

    #[test]
    fn data_is_measured_as_json_text_in_bytes() {
        check(MAX_DATA_BYTES - 2, false);
        check(MAX_DATA_BYTES - 1, true);
        assert!(is_too_large(&Value::String("ü".repeat(MAX_DATA_BYTES / 2))));
    }

    #[test]
    fn nesting_is_counted_in_arrays_and_objects() {
        let value: Value = serde_json::from_str(r#"[1, {"a": [[]]}, "b"]"#).unwrap();
        assert!(is_deeper_than(3, &value) && !is_deeper_than(4, &value));
        assert!(!is_deeper_than(0, &Value::Null));
    }

    #[test]
    fn an_estimate_is_never_too_small() {
        for text in [
            "{}",
            "[]",
            "[-1.7976931348623157e308]",
            r#"{"\u0001": ["\u0002", false, null, {"a": -9223372036854775808}]}"#,
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert!(estimate(&value) >= value.to_string().len(), "{text}");
        }
    }
}
