//! `$distinct`, in time that grows with the list and not with its square, which nothing would interrupt.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jsonata_core::functions::array::values_equal;
use jsonata_core::value::{JArray, JValue};

/// Each item where it first occurs. What is no list of several items stays as it is.
pub(super) fn distinct(value: &JValue) -> JValue {
    let JValue::Array(items) = value else { return value.clone() };
    if items.len() <= 1 {
        return value.clone();
    }
    let mut kept: Vec<JValue> = Vec::new();
    let mut by_hash: HashMap<u64, Vec<usize>> = HashMap::new();
    for item in items.iter() {
        if is_like_nothing(item) {
            kept.push(item.clone());
            continue;
        }
        let alike = by_hash.entry(hash(item)).or_default();
        if !alike.iter().any(|index| values_equal(&kept[*index], item)) {
            alike.push(kept.len());
            kept.push(item.clone());
        }
    }
    let mut list = JArray::new(kept);
    list.sequence = items.sequence;
    JValue::Array(list)
}

/// A function or a pattern equals nothing, not even itself.
fn is_like_nothing(value: &JValue) -> bool {
    matches!(value, JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. })
}

/// The same for values that are equal, whatever the order of an object's fields. Recursion is bounded by
/// [`MAX_DEPTH`], below which values count as alike.
fn hash(value: &JValue) -> u64 {
    let mut hasher = DefaultHasher::new();
    add(value, MAX_DEPTH, &mut hasher);
    hasher.finish()
}

const MAX_DEPTH: usize = 50;

fn add(value: &JValue, depth: usize, hasher: &mut DefaultHasher) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        JValue::Null => 0_u8.hash(hasher),
        JValue::Bool(flag) => flag.hash(hasher),
        // Zero equals its negative.
        JValue::Number(number) => (number + 0.0).to_bits().hash(hasher),
        JValue::String(text) => text.hash(hasher),
        JValue::Array(items) => {
            items.len().hash(hasher);
            items.iter().for_each(|item| add(item, depth, hasher));
        }
        JValue::Object(fields) => {
            let each = fields.iter().map(|(name, field)| {
                let mut own = DefaultHasher::new();
                name.hash(&mut own);
                add(field, depth, &mut own);
                own.finish()
            });
            each.fold(0, u64::wrapping_add).hash(hasher);
        }
        JValue::Undefined | JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            1_u8.hash(hasher)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::distinct;
    use crate::jsonata::convert::from_json;

    fn check(list: &Value, expected: &Value) {
        assert_eq!(distinct(&from_json(list)), from_json(expected), "{list}");
    }

    #[test]
    fn equal_items_are_kept_once() {
        check(&json!([1, 2, 1.0, "1", 2, true, null, null]), &json!([1, 2, "1", true, null]));
        check(&json!([0.0, -0.0]), &json!([0.0]));
        check(
            &json!([{"a": 1, "b": [2]}, {"b": [2], "a": 1}, {"a": 1}]),
            &json!([{"a": 1, "b": [2]}, {"a": 1}]),
        );
        check(&json!([[1], [1], [[1]]]), &json!([[1], [[1]]]));
        check(&json!([7]), &json!([7]));
        check(&json!("text"), &json!("text"));
    }
}
