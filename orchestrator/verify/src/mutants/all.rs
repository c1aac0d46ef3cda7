//! The list of all mutants.

use crate::mutants::{Mutant, coordinator, engine, harness, machine, provider, repair, several, step, store};

/// Every mutant.
pub fn all() -> Vec<Mutant> {
    [
        machine::catch::MUTANTS,
        machine::chain::MUTANTS,
        machine::limits::MUTANTS,
        machine::payload::MUTANTS,
        machine::retry::MUTANTS,
        step::charge::MUTANTS,
        step::errors::MUTANTS,
        step::notify::MUTANTS,
        step::stock::MUTANTS,
        step::sync::MUTANTS,
        harness::begin::MUTANTS,
        harness::leases::MUTANTS,
        harness::undo::MUTANTS,
        harness::verdict::MUTANTS,
        engine::MUTANTS,
        store::MUTANTS,
        provider::inventory::MUTANTS,
        provider::payment::MUTANTS,
        coordinator::MUTANTS,
        several::claims::MUTANTS,
        several::lost_engine::MUTANTS,
        repair::decisions::MUTANTS,
        repair::retry::MUTANTS,
        repair::unwind::MUTANTS,
    ]
    .concat()
}
