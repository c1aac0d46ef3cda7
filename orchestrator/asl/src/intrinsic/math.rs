//! Functions of numbers.
//!
//! Step Functions rounds what it adds (a half goes up) and cuts the fraction off everywhere else.

use serde_json::Value;

use super::function::Arguments;
use crate::environment::Environment;

/// The sum of two numbers, each rounded; all three must fit into 32 bits.
pub(super) fn add(left: &Value, right: &Value) -> Option<Value> {
    let [left, right] = [rounded(left)?, rounded(right)?];
    left.checked_add(right).map(Value::from)
}

/// From the first, included, to the second, excluded. With a seed, the same number every time: the one that Java's
/// `Random` draws first.
pub(super) fn random(arguments: &Arguments<'_>, environment: &dyn Environment) -> Option<Value> {
    let [start, end] = [truncated(&arguments[0])?, truncated(&arguments[1])?];
    let width = u64::try_from(end.checked_sub(start)?).ok().filter(|width| *width > 0)?;
    let drawn = match arguments.get(2) {
        Some(seed) => java_random(truncated(seed)?),
        None => environment.random(),
    };
    let offset = i64::try_from(drawn % width).ok()?;
    start.checked_add(offset).map(Value::from)
}

/// A number without its fraction.
pub(super) fn truncated(value: &Value) -> Option<i64> {
    match value.as_i64() {
        Some(number) => Some(number),
        None => whole(value.as_f64()?.trunc()),
    }
}

fn rounded(value: &Value) -> Option<i32> {
    let number = match value.as_i64() {
        Some(number) => number,
        None => whole((value.as_f64()? + 0.5).floor())?,
    };
    i32::try_from(number).ok()
}

#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked, and the fraction is gone")]
fn whole(number: f64) -> Option<i64> {
    (number.abs() < 9e15).then_some(number as i64)
}

/// The first 31 bits of `java.util.Random(seed)`.
fn java_random(seed: i64) -> u64 {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;
    let scrambled = (seed.cast_unsigned() ^ MULTIPLIER) & MASK;
    (scrambled.wrapping_mul(MULTIPLIER).wrapping_add(0xB) & MASK) >> 17
}
