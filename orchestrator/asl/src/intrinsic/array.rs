//! Functions that make, take apart and look into lists.
//!
//! Numbers lose their fraction here, and are not rounded: `ArrayRange(1.6, 1.4, 1)` is `[1]` on Step Functions.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use super::math::truncated;

/// The most items of `States.ArrayRange`.
const MAX_RANGE: usize = 1000;

pub(super) fn new(items: &[Cow<'_, Value>]) -> Value {
    Value::Array(items.iter().map(|item| Value::clone(item)).collect())
}

pub(super) fn partition(list: &Value, size: &Value) -> Option<Value> {
    let size = usize::try_from(truncated(size)?).ok().filter(|size| *size > 0)?;
    let chunks = list.as_array()?.chunks(size);
    Some(Value::Array(chunks.map(|chunk| Value::Array(chunk.to_vec())).collect()))
}

pub(super) fn contains(list: &Value, sought: &Value) -> Option<Value> {
    Some(Value::Bool(list.as_array()?.contains(sought)))
}

/// From the first to the last, which is included if the step hits it.
pub(super) fn range(first: &Value, last: &Value, step: &Value) -> Option<Value> {
    let [first, last, step] = [truncated(first)?, truncated(last)?, truncated(step)?];
    if step == 0 {
        return None;
    }
    let within = |number: &i64| if step > 0 { *number <= last } else { *number >= last };
    let numbers = std::iter::successors(Some(first), |number| number.checked_add(step)).take_while(within);
    let items: Vec<Value> = numbers.take(MAX_RANGE + 1).map(Value::from).collect();
    (items.len() <= MAX_RANGE).then_some(Value::Array(items))
}

/// Past the end there is null.
pub(super) fn item(list: &Value, index: &Value) -> Option<Value> {
    let index = usize::try_from(truncated(index)?).ok()?;
    Some(list.as_array()?.get(index).cloned().unwrap_or(Value::Null))
}

pub(super) fn length(list: &Value) -> Option<Value> {
    Some(Value::from(list.as_array()?.len()))
}

/// Each item where it first occurs.
pub(super) fn unique(list: &Value) -> Option<Value> {
    let mut seen = HashSet::new();
    let kept = list.as_array()?.iter().filter(|item| seen.insert(*item));
    Some(Value::Array(kept.cloned().collect()))
}
