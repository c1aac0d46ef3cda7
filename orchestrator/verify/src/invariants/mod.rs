//! The invariants of a saga at rest, one per file, each with its sentence.

mod s01_verdict;
mod s02_effects;
mod s03_at_most_once;
mod s04_tombstones;
mod s05_after_tombstone;
mod s07_order_of_undos;
mod s09_never_forward;
mod s10_money;
mod s12_stable_requests;
mod s17_one_saga;

use crate::Evidence;

/// One invariant.
pub struct Invariant {
    /// Its name in the design: `S1`.
    pub id: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// What is wrong with this saga; empty when nothing is.
    pub check: fn(&Evidence<'_>) -> Vec<String>,
}

/// All invariants that a saga at rest can show.
pub const INVARIANTS: [Invariant; 10] = [
    s01_verdict::INVARIANT,
    s02_effects::INVARIANT,
    s03_at_most_once::INVARIANT,
    s04_tombstones::INVARIANT,
    s05_after_tombstone::INVARIANT,
    s07_order_of_undos::INVARIANT,
    s09_never_forward::INVARIANT,
    s10_money::INVARIANT,
    s12_stable_requests::INVARIANT,
    s17_one_saga::INVARIANT,
];
