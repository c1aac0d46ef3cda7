//! How much a value takes, so that a definition that repeats its input ten thousand times cannot fill the memory.
//!
//! No state passes on more than 256 KiB, and Step Functions refuses what is larger when it is there. This stops much
//! later, and before.

use std::cell::Cell;

use serde_json::Value;

/// What a state may make of its input in one field, and a function of its arguments: roughly bytes.
pub(crate) const MAX_SIZE: usize = 1 << 26;
/// What a value takes besides its texts.
const VALUE_SIZE: usize = 16;

/// What may still be made.
pub(crate) struct Allowance(Cell<usize>);

impl Allowance {
    pub(crate) fn new() -> Self {
        Self(Cell::new(MAX_SIZE))
    }

    /// Whether there is enough left for that value too.
    pub(crate) fn covers(&self, value: &Value) -> bool {
        let left = size(value, self.0.get()).and_then(|size| self.0.get().checked_sub(size));
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// `None` if it is more than `most`. Recursion is bounded by the depth of the value, which was bounded when it came in.
fn size(value: &Value, most: usize) -> Option<usize> {
    let left = most.checked_sub(VALUE_SIZE)?;
    let left = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => left,
        Value::String(text) => left.checked_sub(text.len())?,
        Value::Array(items) => {
            items.iter().try_fold(left, |left, item| left.checked_sub(size(item, left)?))?
        }
        Value::Object(fields) => fields.iter().try_fold(left, |left, (name, field)| {
            let left = left.checked_sub(name.len())?;
            left.checked_sub(size(field, left)?)
        })?,
    };
    Some(most - left)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Allowance, MAX_SIZE, VALUE_SIZE, size};

    #[test]
    fn texts_and_values_are_counted() {
        assert_eq!(size(&json!({"ab": ["cde", null]}), 1000), Some(4 * VALUE_SIZE + 5));
        assert_eq!(size(&json!(["cde"]), 2 * VALUE_SIZE + 2), None);
        let (allowance, half) = (Allowance::new(), json!("x".repeat(MAX_SIZE / 2 - VALUE_SIZE)));
        assert!(allowance.covers(&half) && allowance.covers(&half) && !allowance.covers(&json!(null)));
    }
}
