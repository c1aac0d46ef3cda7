//! How much data and how many events an execution may have.

use std::io;

use serde_json::Value;

/// The most bytes of JSON text that may pass between states: 256 KiB.
pub const MAX_DATA_BYTES: usize = 262_144;

/// The most events of a history. The last one is always the end of the execution.
pub const MAX_EVENTS: u32 = 25_000;

/// Whether the value's JSON text is longer than [`MAX_DATA_BYTES`]. Stops counting there.
pub(super) fn is_too_large(value: &Value) -> bool {
    serde_json::to_writer(Allowance { left: MAX_DATA_BYTES }, value).is_err()
}

struct Allowance {
    left: usize,
}

impl io::Write for Allowance {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self
            .left
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::FileTooLarge)?;
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
        assert_eq!(
            is_too_large(&Value::String("a".repeat(text_bytes))),
            expected,
            "{text_bytes}"
        );
    }

    #[test]
    fn data_is_measured_as_json_text_in_bytes() {
        check(MAX_DATA_BYTES - 2, false);
        check(MAX_DATA_BYTES - 1, true);
        assert!(is_too_large(&Value::String("ü".repeat(MAX_DATA_BYTES / 2))));
    }
}
