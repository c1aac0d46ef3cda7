//! What mutants are made of.

use std::sync::Arc;

use serde_json::Value;

use crate::explore::Setup;
use crate::order::OrderScenario;
use crate::tweaks::{ChangeStore, Tweaks};

/// One order, and this changed.
pub(super) fn tweaked(tweaks: Tweaks) -> Setup {
    Setup::new(Arc::new(OrderScenario::one_order())).with_tweaks(tweaks)
}

/// One order, on this store.
pub(super) fn lied(store: ChangeStore) -> Setup {
    tweaked(Tweaks { store: Some(store), ..Tweaks::default() })
}

/// Two orders of the last item, on this store.
pub(super) fn lied_of_the_last_item(store: ChangeStore) -> Setup {
    let tweaks = Tweaks { store: Some(store), ..Tweaks::default() };
    Setup::new(Arc::new(OrderScenario::last_item())).with_tweaks(tweaks)
}

/// A machine that does not try any step again: every lost reply makes the saga unwind.
pub(super) fn impatient(setup: Setup) -> Setup {
    without(setup, "execute", "Retry")
}

/// A machine that does not try any undo again.
pub(super) fn hasty(setup: Setup) -> Setup {
    without(setup, "compensate", "Retry")
}

/// A machine none of whose states has a time limit.
pub(super) fn without_time_limits(setup: Setup) -> Setup {
    without(setup, "execute", "TimeoutSeconds")
}

/// A machine that goes on when there is no stock.
pub(super) fn without_stock(setup: Setup) -> Setup {
    changed(setup, |states| {
        let catchers = states["reserve_stock"]["Catch"].as_array_mut().expect("every step catches");
        catchers.iter_mut().for_each(|catcher| catcher["Next"] = "charge".into());
    })
}

/// The forward machine without this field in the states of this op. The time ladder forbids such a machine before
/// anything happens; what is under it is found by what happens.
fn without(setup: Setup, op: &str, field: &str) -> Setup {
    let setup = setup.with_invariants(|invariant| invariant != "S18");
    let tweaks = Tweaks { gives_up_early: true, ..(*setup.tweaks).clone() };
    let setup = setup.with_tweaks(tweaks);
    changed(setup, |states| {
        let states = states.as_object_mut().expect("a machine has states").values_mut();
        for state in states.filter(|state| state["Parameters"]["Payload"]["op"] == op) {
            state.as_object_mut().expect("a state is an object").remove(field);
        }
    })
}

fn changed(setup: Setup, change: impl Fn(&mut Value)) -> Setup {
    let mut machine: Value =
        serde_json::from_str(&setup.forward_machine).expect("a generated machine is JSON");
    change(&mut machine["States"]);
    setup.with_forward_machine(&machine.to_string()).expect("a mutant is a valid machine")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Search;

    /// What one fault breaks.
    fn broken(setup: &Setup) -> Vec<&'static str> {
        let (interrupted, progress) = (|| false, |_| {});
        let search =
            Search { setup, faults: 1, stop_at_first: false, interrupted: &interrupted, progress: &progress };
        search.exhaust().broken.into_keys().collect()
    }

    #[test]
    fn the_right_harness_commits_nothing_that_a_wrong_machine_went_past() {
        let setup = without_stock(Setup::new(Arc::new(OrderScenario::last_item())));
        assert!(!broken(&setup).contains(&"S2"));
    }

    #[test]
    fn the_machines_under_mutants_break_nothing_by_themselves() {
        for machine in [impatient, without_time_limits] {
            assert_eq!(broken(&machine(tweaked(Tweaks::default()))), [""; 0]);
        }
    }
}
