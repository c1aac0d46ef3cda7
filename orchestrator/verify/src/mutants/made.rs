//! What mutants are made of.

use std::sync::Arc;

use serde_json::Value;

use crate::explore::Setup;
use crate::order::OrderScenario;
use crate::tweaks::{ChangeStore, Tweaks};

/// One order, and this changed.
pub(in crate::mutants) fn tweaked(tweaks: Tweaks) -> Setup {
    Setup::new(Arc::new(OrderScenario::one_order())).with_tweaks(tweaks)
}

/// One order, on this store.
pub(in crate::mutants) fn lied(store: ChangeStore) -> Setup {
    tweaked(Tweaks { store: Some(store), ..Tweaks::default() })
}

/// A scenario, on this store.
pub(in crate::mutants) fn lied_in(scenario: OrderScenario, store: ChangeStore) -> Setup {
    let tweaks = Tweaks { store: Some(store), ..Tweaks::default() };
    Setup::new(Arc::new(scenario)).with_tweaks(tweaks)
}

/// Two orders of the last item, on this store.
pub(in crate::mutants) fn lied_of_the_last_item(store: ChangeStore) -> Setup {
    lied_in(OrderScenario::last_item(), store)
}

/// That its machine costs orders is not what the mutant is about.
pub(in crate::mutants) fn gives_up_early(setup: Setup) -> Setup {
    let tweaks = Tweaks { gives_up_early: true, ..(*setup.tweaks).clone() };
    setup.with_tweaks(tweaks)
}

/// A machine that does not try any step again: every lost reply makes the saga unwind.
pub(in crate::mutants) fn impatient(setup: Setup) -> Setup {
    without(setup, "execute", "Retry")
}

/// A machine that does not try any undo again. One that never reached its worker is given up, which S8 forbids.
pub(in crate::mutants) fn hasty(setup: Setup) -> Setup {
    without(setup.with_invariants(|invariant| invariant != "S8"), "compensate", "Retry")
}

/// A machine none of whose states has a time limit.
pub(in crate::mutants) fn without_time_limits(setup: Setup) -> Setup {
    without(setup, "execute", "TimeoutSeconds")
}

/// Machines that do not tell what became of the saga.
pub(in crate::mutants) fn silent(setup: Setup) -> Setup {
    let silence = |machine: &mut Value| {
        machine["States"]["settle"]["Next"] = "unsettled".into();
        machine["States"].as_object_mut().expect("a machine has states").remove("unwound");
    };
    let forward = edited(&setup.forward_machine, silence);
    let unwind = edited(&setup.unwind_machine, silence);
    let setup = setup.with_forward_machine(&forward).expect("a mutant is a valid machine");
    setup.with_unwind_machine(&unwind).expect("a mutant is a valid machine")
}

/// A machine whose steps are given no more than so long, and are not tried again.
pub(in crate::mutants) fn hurried(setup: Setup, seconds: u32) -> Setup {
    changed(impatient(setup), |states| {
        let states = states.as_object_mut().expect("a machine has states").values_mut();
        for state in states.filter(|state| state["Parameters"]["Payload"]["op"] == "execute") {
            state["TimeoutSeconds"] = seconds.into();
        }
    })
}

/// A machine that goes on when there is no stock.
pub(in crate::mutants) fn without_stock(setup: Setup) -> Setup {
    changed(setup, |states| {
        let catchers = states["reserve_stock"]["Catch"].as_array_mut().expect("every step catches");
        catchers.iter_mut().for_each(|catcher| catcher["Next"] = "charge".into());
    })
}

/// The forward machine without this field in the states of this op. The time ladder forbids such a machine before
/// anything happens; what is under it is found by what happens.
fn without(setup: Setup, op: &str, field: &str) -> Setup {
    let setup = gives_up_early(setup.with_invariants(|invariant| invariant != "S18"));
    changed(setup, |states| {
        let states = states.as_object_mut().expect("a machine has states").values_mut();
        for state in states.filter(|state| state["Parameters"]["Payload"]["op"] == op) {
            state.as_object_mut().expect("a state is an object").remove(field);
        }
    })
}

fn changed(setup: Setup, change: impl Fn(&mut Value)) -> Setup {
    let machine = edited(&setup.forward_machine, |machine| change(&mut machine["States"]));
    setup.with_forward_machine(&machine).expect("a mutant is a valid machine")
}

fn edited(machine: &str, change: impl Fn(&mut Value)) -> String {
    let mut machine = serde_json::from_str(machine).expect("a generated machine is JSON");
    change(&mut machine);
    machine.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Search;

    /// What up to so many faults break.
    fn broken(setup: &Setup, faults: u32) -> Vec<&'static str> {
        let (interrupted, progress) = (|| false, |_| {});
        let search =
            Search { setup, faults, stop_at_first: false, interrupted: &interrupted, progress: &progress };
        search.exhaust().broken.into_keys().collect()
    }

    #[test]
    fn the_right_harness_commits_nothing_that_a_wrong_machine_went_past() {
        let setup = without_stock(Setup::new(Arc::new(OrderScenario::last_item())));
        assert!(!broken(&setup, 1).contains(&"S2"));
    }

    /// As many faults as kill the mutants that stand on them; and silence and hurry do break something with more.
    #[test]
    fn the_machines_under_mutants_break_nothing_by_themselves() {
        type Change = fn(Setup) -> Setup;
        let machines: [(Change, u32); 6] = [
            (impatient, 2),
            (hasty, 2),
            (without_time_limits, 1),
            (gives_up_early, 1),
            (silent, 1),
            (|setup| hurried(setup, 5), 1),
        ];
        for (place, (machine, faults)) in machines.into_iter().enumerate() {
            assert_eq!(broken(&machine(tweaked(Tweaks::default())), faults), [""; 0], "{place}");
        }
    }
}
