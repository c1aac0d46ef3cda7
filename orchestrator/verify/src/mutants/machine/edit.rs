//! Changes one thing in a generated machine.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::explore::Setup;
use crate::order::OrderScenario;

/// The compensations, in the order in which they run.
pub(super) const UNDOS: [&str; 5] =
    ["revert_inventory_sync", "send_correction", "refund", "release_stock", "cancel_order"];

/// The order saga with its forward machine changed.
pub(super) fn forward(change: impl Fn(&mut Value)) -> Setup {
    change_machines(OrderScenario::one_order(), change, |_| {})
}

/// The order saga with the machine changed that only compensates.
pub(super) fn unwind(change: impl Fn(&mut Value)) -> Setup {
    change_machines(OrderScenario::one_order(), |_| {}, change)
}

/// The order saga with both machines changed, as a mistake in what generates them would do it.
pub(super) fn both(change: impl Fn(&mut Value)) -> Setup {
    both_of(OrderScenario::one_order(), change)
}

/// The same, of another scenario.
pub(super) fn both_of(scenario: OrderScenario, change: impl Fn(&mut Value)) -> Setup {
    change_machines(scenario, &change, &change)
}

fn change_machines(
    scenario: OrderScenario,
    forward: impl Fn(&mut Value),
    unwind: impl Fn(&mut Value),
) -> Setup {
    let setup = Setup::new(Arc::new(scenario));
    let forward = changed(&setup.forward_machine, forward);
    let unwind = changed(&setup.unwind_machine, unwind);
    let setup = setup.with_forward_machine(&forward).expect("a mutant is a valid machine");
    setup.with_unwind_machine(&unwind).expect("a mutant is a valid machine")
}

fn changed(machine: &str, change: impl Fn(&mut Value)) -> String {
    let mut machine = serde_json::from_str(machine).expect("a generated machine is JSON");
    change(&mut machine);
    machine.to_string()
}

/// One state; an empty one if the machine has none of that name, as the unwind machine has no steps.
pub(super) fn state<'m>(machine: &'m mut Value, name: &str) -> Option<&'m mut Value> {
    machine["States"].as_object_mut().and_then(|states| states.get_mut(name))
}

/// Takes out a state that nothing leads to any more.
pub(super) fn remove(machine: &mut Value, name: &str) {
    if let Some(states) = machine["States"].as_object_mut() {
        states.remove(name);
    }
}

/// Everything that leads on from `name` leads to `next`, except the catchers of errors that have a way of their own.
pub(super) fn lead(machine: &mut Value, name: &str, next: &str) {
    let Some(state) = state(machine, name) else { return };
    let before = state["Next"].clone();
    state["Next"] = next.into();
    for catcher in catchers(state).iter_mut().filter(|catcher| catcher["Next"] == before) {
        catcher["Next"] = next.into();
    }
}

/// What a step's errors lead to.
pub(super) fn catch_to(machine: &mut Value, name: &str, next: &str) {
    let Some(state) = state(machine, name) else { return };
    catchers(state).iter_mut().for_each(|catcher| catcher["Next"] = next.into());
}

/// The catchers of a state.
pub(super) fn catchers(state: &mut Value) -> &mut Vec<Value> {
    state["Catch"].as_array_mut().expect("every task of a generated machine catches")
}

/// The retriers of a state.
pub(super) fn retriers(state: &mut Value) -> &mut Vec<Value> {
    state["Retry"].as_array_mut().expect("every task of a generated machine retries")
}

/// A catcher of one error.
pub(super) fn catcher(error: &str, next: &str) -> Value {
    json!({ "ErrorEquals": [error], "ResultPath": "$.error", "Next": next })
}

/// `error` is not retried, and caught first.
pub(super) fn catch_at_once(machine: &mut Value, name: &str, error: &str, next: &str) {
    let Some(state) = state(machine, name) else { return };
    retriers(state).insert(0, json!({ "ErrorEquals": [error], "MaxAttempts": 0 }));
    catchers(state).insert(0, catcher(error, next));
}
