//! What paths, templates and expressions can refer to besides their input, and the data that a state has at hand.
//!
//! Time and chance come in here: nothing in this crate reads a clock or draws a number. Whoever evaluates the same
//! field on the same data in the same environment gets the same value.

use std::cell::Cell;

use serde_json::Value;

use crate::path::{ContextObject, NoContext};

/// The surroundings of an evaluation.
pub trait Environment: ContextObject {
    /// The value of the workflow variable with that name, without its `$`. `None` if it has not been assigned.
    fn variable(&self, name: &str) -> Option<&Value>;

    /// A number that differs from call to call, for `States.UUID`, `States.MathRandom`, `$random` and `$uuid`.
    fn random(&self) -> u64;

    /// The time, in milliseconds since 1970-01-01T00:00:00Z, for `$now` and `$millis`.
    fn now_millis(&self) -> i64;
}

impl Environment for NoContext {
    fn variable(&self, _: &str) -> Option<&Value> {
        None
    }

    fn random(&self) -> u64 {
        0
    }

    fn now_millis(&self) -> i64 {
        0
    }
}

/// Numbers drawn from a seed: the same seed always gives the same ones (splitmix64).
#[derive(Debug, Clone)]
pub struct Chance(Cell<u64>);

impl Chance {
    /// Begins with that seed.
    pub fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    /// The next number.
    pub fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.0.set(state);
        let mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }
}

/// The data of a state where a field of it is evaluated: `$` in JSONPath, `$states` in JSONata.
#[derive(Debug, Clone, Copy)]
pub struct States<'a> {
    /// What JSONPath calls `$`, and JSONata `$states.input`.
    pub input: &'a Value,
    /// `$states.result`, once the state has one.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`, in a catcher.
    pub error_output: Option<&'a Value>,
}

impl<'a> States<'a> {
    /// A state that has its input only.
    pub fn of(input: &'a Value) -> Self {
        Self { input, result: None, error_output: None }
    }

    /// With the result of the state's work.
    pub fn with_result(self, result: &'a Value) -> Self {
        Self { result: Some(result), ..self }
    }

    /// With the error that a catcher handles: an object of `Error` and `Cause`.
    pub fn with_error_output(self, error_output: &'a Value) -> Self {
        Self { error_output: Some(error_output), ..self }
    }
}

/// A version 4 UUID of two random numbers.
pub(crate) fn uuid(high: u64, low: u64) -> String {
    let high = high & !0xf000 | 0x4000;
    let low = low & !(0b11 << 62) | 0b10 << 62;
    let [a, b, c] = [high >> 32, high >> 16 & 0xffff, high & 0xffff];
    format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_one_others() {
        let draw = |seed| {
            let chance = Chance::new(seed);
            [chance.next(), chance.next()]
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1)[0], draw(1)[1]);
    }

    #[test]
    fn uuids_are_of_version_4() {
        assert_eq!(uuid(0, 0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(u64::MAX, u64::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
