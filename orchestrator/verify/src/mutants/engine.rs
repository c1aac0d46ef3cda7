//! Engines that lose what they promise to keep.

use super::made::tweaked;
use crate::explore::Setup;
use crate::mutants::{Layer, Mutant};
use crate::tweaks::Tweaks;

pub(super) const MUTANTS: &[Mutant] = &[
    // Killed by durability alone: the ledger knows what was done, so no order is harmed.
    engine("the_journal_is_not_synced", "the journal is written, and answered before it is synced", || {
        tweaked(Tweaks { journal_forgets: true, ..Tweaks::default() })
    }),
];

const fn engine(name: &'static str, told: &'static str, setup: fn() -> Setup) -> Mutant {
    Mutant { name, layer: Layer::Engine, told, setup }
}
