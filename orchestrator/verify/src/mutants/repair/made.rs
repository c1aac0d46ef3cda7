//! A mutant of this layer.

use crate::explore::Setup;
use crate::mutants::made::lied_in;
use crate::mutants::{Layer, Mutant};
use crate::order::OrderScenario;
use crate::tweaks::ChangeStore;

pub(super) const fn repair(name: &'static str, told: &'static str, setup: fn() -> Setup) -> Mutant {
    Mutant { name, layer: Layer::Repair, told, setup }
}

/// An order whose refund is refused until somebody looks, on this store.
pub(super) fn repaired(store: ChangeStore) -> Setup {
    lied_in(OrderScenario::repaired(), store)
}
