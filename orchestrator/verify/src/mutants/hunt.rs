//! The hunt: the search must find what is wrong with a mutant.

use crate::explore::{Counterexample, Found, Search, Setup};

/// What became of a mutant.
#[derive(Debug, Clone)]
pub struct Hunted {
    /// The run that shows it; none if it survives.
    pub killed: Option<Counterexample>,
    /// How many runs it took.
    pub runs: u64,
}

/// Searches up to `faults` faults, until the mutant of this setup is found.
pub fn hunt(setup: &Setup, faults: u32, interrupted: &(dyn Fn() -> bool + Sync)) -> Hunted {
    let search = Search { setup, faults, stop_at_first: true, interrupted, progress: &|_| {} };
    let found: Found = search.exhaust();
    let runs = found.total();
    Hunted { killed: found.counterexamples.into_iter().next(), runs }
}
