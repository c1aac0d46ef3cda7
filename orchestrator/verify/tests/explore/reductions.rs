//! The reductions lose nothing: a search without them finds the same violations, in what is right and in every mutant.

use std::collections::BTreeSet;

use amends_verify::explore::{Fault, FaultSet, Found};
use amends_verify::mutants::all;

use crate::order_saga::exhaust;
use crate::small::Mistake;

/// A death and a stop: what the reductions are about most.
const SOME: FaultSet = FaultSet::of(&[Fault::WorkerDies, Fault::Stopped]);

fn broken(found: &Found) -> BTreeSet<&'static str> {
    found.broken.keys().copied().collect()
}

#[test]
fn in_a_small_saga_the_full_search_with_two_faults_finds_the_same_violations() {
    for mistake in Mistake::ALL {
        let setup = mistake.setup();
        let (reduced, full) = (exhaust(&setup, 2), exhaust(&setup.clone().without_reductions(), 2));
        assert_eq!(reduced.violations, full.violations, "{mistake:?}");
        assert_eq!(reduced.violations.is_empty(), mistake == Mistake::Nothing, "{mistake:?}");
        assert!(reduced.total() < full.total(), "{mistake:?}: {:?} and {:?}", reduced.runs, full.runs);
    }
}

#[test]
fn with_one_fault_the_full_search_finds_the_same_in_every_mutant() {
    for mutant in all() {
        let setup = (mutant.setup)();
        let (reduced, full) = (exhaust(&setup, 1), exhaust(&setup.clone().without_reductions(), 1));
        assert_eq!(broken(&reduced), broken(&full), "{}", mutant.name);
    }
}

#[test]
fn with_two_faults_the_full_search_breaks_the_same_in_mutants_of_every_layer() {
    for mutant in all().iter().step_by(34) {
        let setup = (mutant.setup)().with_faults(SOME);
        let (reduced, full) = (exhaust(&setup, 2), exhaust(&setup.clone().without_reductions(), 2));
        assert_eq!(broken(&reduced), broken(&full), "{}", mutant.name);
        assert!(reduced.total() < full.total(), "{}", mutant.name);
    }
}
