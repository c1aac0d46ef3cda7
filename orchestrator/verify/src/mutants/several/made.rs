//! A mutant of this layer.

use crate::explore::Setup;
use crate::mutants::{Layer, Mutant};

pub(super) const fn several(name: &'static str, told: &'static str, setup: fn() -> Setup) -> Mutant {
    Mutant { name, layer: Layer::Several, told, setup }
}
