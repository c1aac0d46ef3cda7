//! What is tried again, and for how long.

use serde_json::json;

use super::edit::{both, forward, retriers, state};
use crate::mutants::{Layer, Mutant};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // These two are killed by S18 alone, with no fault: a compensation is retried for longer than an earlier attempt may
    // act, and waits longer for its lease.
    Mutant {
        name: "an_undo_does_not_wait_for_a_lease",
        layer: Layer::Machine,
        told: "refund retries Saga.Transient and Saga.Unknown, and not Saga.Busy",
        setup: || {
            both(|machine| {
                if let Some(state) = state(machine, "refund") {
                    retriers(state).remove(1);
                    state["Retry"][1]["ErrorEquals"] = json!(["Saga.Transient", "Saga.Unknown"]);
                }
            })
        },
    },
    Mutant {
        name: "an_undo_is_tried_once",
        layer: Layer::Machine,
        told: "the undo of external_inventory_sync has no retries",
        setup: || {
            both(|machine| {
                if let Some(state) = state(machine, "revert_inventory_sync") {
                    state["Retry"][2]["MaxAttempts"] = 0.into();
                }
            })
        },
    },
    // Killed because the order is undone for nothing, and only by `throttled`.
    Mutant {
        name: "a_throttled_step_is_not_tried_again",
        layer: Layer::Machine,
        told: "charge does not retry Lambda.TooManyRequestsException",
        setup: || {
            forward(|machine| {
                if let Some(state) = state(machine, "charge") {
                    let throttled =
                        json!({ "ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 0 });
                    retriers(state).insert(0, throttled);
                }
            })
        },
    },
];
