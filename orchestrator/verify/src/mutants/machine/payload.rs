//! What a task is told.

use serde_json::Value;

use super::edit::{both, both_of, forward, state};
use crate::mutants::{Layer, Mutant};
use crate::order::OrderScenario;

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // The sweeper's own execution is taken for another one, so all its unwinds come to nothing and everything is parked.
    // Killed once it is wrong that an unwind fails in which nothing went wrong; S8 excepts what was given up.
    Mutant {
        name: "the_run_is_the_saga",
        layer: Layer::Machine,
        told: "a task is told the saga's id in place of the execution's name",
        setup: || {
            both(|machine| {
                each_payload(machine, |payload| payload["run.$"] = "$$.Execution.Input.saga_id".into());
            })
        },
    },
    // Killed by S11 alone, with no fault: an execution ends well that worked for another order.
    Mutant {
        name: "the_saga_is_always_the_same",
        layer: Layer::Machine,
        told: "a task is told a saga that was written down in the machine",
        setup: || {
            both_of(OrderScenario::last_item(), |machine| {
                each_payload(machine, |payload| {
                    let payload = payload.as_object_mut().expect("a payload is an object");
                    payload.remove("saga_id.$");
                    payload.insert("saga_id".into(), "order-1".into());
                });
            })
        },
    },
    // These three are killed by S8 alone: the money is never asked for.
    Mutant {
        name: "refund_undoes_the_reservation",
        layer: Layer::Machine,
        told: "refund was copied from release_stock, with its step and its function",
        setup: || {
            both(|machine| {
                if let Some(state) = state(machine, "refund") {
                    state["Parameters"]["FunctionName"] = "amends-reserve_stock:live".into();
                    state["Parameters"]["Payload"]["step"] = "reserve_stock".into();
                }
            })
        },
    },
    Mutant {
        name: "refund_asks_another_function",
        layer: Layer::Machine,
        told: "refund asks the function of reserve_stock to undo charge",
        setup: || {
            both(|machine| {
                if let Some(state) = state(machine, "refund") {
                    state["Parameters"]["FunctionName"] = "amends-reserve_stock:live".into();
                }
            })
        },
    },
    Mutant {
        name: "refund_charges",
        layer: Layer::Machine,
        told: "refund was copied from charge, and still asks for execute",
        setup: || {
            both(|machine| {
                if let Some(state) = state(machine, "refund") {
                    state["Parameters"]["Payload"]["op"] = "execute".into();
                }
            })
        },
    },
    // Killed by S15 alone, with no fault: the worker's answer is taken apart by a path that it does not have.
    Mutant {
        name: "the_summary_has_no_such_field",
        layer: Layer::Machine,
        told: "charge keeps a field of the summary that a worker does not write",
        setup: || {
            forward(|machine| {
                if let Some(state) = state(machine, "charge") {
                    state["ResultSelector"]["summary.$"] = "$.Payload.captured".into();
                }
            })
        },
    },
];

fn each_payload(machine: &mut Value, change: impl Fn(&mut Value)) {
    let states = machine["States"].as_object_mut().expect("a machine has states");
    states
        .values_mut()
        .filter(|state| state["Type"] == "Task")
        .for_each(|state| change(&mut state["Parameters"]["Payload"]));
}
