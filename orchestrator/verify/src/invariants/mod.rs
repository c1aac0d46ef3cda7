//! The invariants, one per file, each with its sentence.

mod s01_verdict;
mod s02_effects;
mod s03_at_most_once;
mod s04_tombstones;
mod s05_after_tombstone;
mod s06_own_objects;
mod s07_order_of_undos;
mod s08_unwind_set;
mod s09_never_forward;
mod s10_money;
mod s11_true_ends;
mod s12_stable_requests;
mod s13_key_windows;
mod s14_one_capture;
mod s15_all_is_swept;
mod s16_notices;
mod s17_one_saga;
mod s18_time_ladder;
mod s19_late_replies;

use crate::Evidence;

/// One invariant.
#[derive(Debug, Clone, Copy)]
pub struct Invariant {
    /// Its name in the design: `S1`.
    pub id: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// Whether a saga at rest can show that it is broken; the others are about the way there, or about the
    /// machines that led it.
    pub at_rest: bool,
    /// What is wrong with this saga; empty when nothing is.
    pub check: fn(&Evidence<'_>) -> Vec<String>,
}

/// All invariants.
pub const INVARIANTS: [Invariant; 19] = [
    s01_verdict::INVARIANT,
    s02_effects::INVARIANT,
    s03_at_most_once::INVARIANT,
    s04_tombstones::INVARIANT,
    s05_after_tombstone::INVARIANT,
    s06_own_objects::INVARIANT,
    s07_order_of_undos::INVARIANT,
    s08_unwind_set::INVARIANT,
    s09_never_forward::INVARIANT,
    s10_money::INVARIANT,
    s11_true_ends::INVARIANT,
    s12_stable_requests::INVARIANT,
    s13_key_windows::INVARIANT,
    s14_one_capture::INVARIANT,
    s15_all_is_swept::INVARIANT,
    s16_notices::INVARIANT,
    s17_one_saga::INVARIANT,
    s18_time_ladder::INVARIANT,
    s19_late_replies::INVARIANT,
];
