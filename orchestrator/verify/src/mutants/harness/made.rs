//! What these mutants are made of.

use crate::explore::Setup;
use crate::mutants::{Layer, Mutant};

pub(super) const fn harness(name: &'static str, told: &'static str, setup: fn() -> Setup) -> Mutant {
    Mutant { name, layer: Layer::Harness, told, setup }
}
