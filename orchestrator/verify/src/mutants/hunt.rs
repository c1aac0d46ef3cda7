//! The hunt: the search must find what is wrong with a mutant.

use crate::explore::{Counterexample, Found, Search};
use crate::mutants::Mutant;

/// What became of a mutant.
#[derive(Debug, Clone)]
pub struct Hunted {
    /// The run that shows it; none if it survives.
    pub killed: Option<Counterexample>,
    /// How many runs it took.
    pub runs: u64,
}

/// Searches up to `faults` faults, until the mutant is found.
pub fn hunt(mutant: &Mutant, faults: u32, interrupted: &(dyn Fn() -> bool + Sync)) -> Hunted {
    let setup = (mutant.setup)();
    let search = Search { setup: &setup, faults, stop_at_first: true, interrupted, progress: &|_| {} };
    let found: Found = search.exhaust();
    let runs = found.total();
    Hunted { killed: found.counterexamples.into_iter().next(), runs }
}
