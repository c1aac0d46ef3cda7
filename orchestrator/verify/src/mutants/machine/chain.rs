//! In which order states follow each other.

use serde_json::json;

use super::edit::{both, catch_to, catchers, forward, lead, remove, state, unwind};
use crate::mutants::{Layer, Mutant};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // Killed by S7 alone: every effect is undone, the stock before the money.
    Mutant {
        name: "undo_order_swapped",
        layer: Layer::Machine,
        told: "release_stock comes before refund",
        setup: || {
            both(|machine| {
                lead(machine, "send_correction", "release_stock");
                lead(machine, "release_stock", "refund");
                lead(machine, "refund", "cancel_order");
                catch_to(machine, "charge", "release_stock");
            })
        },
    },
    // These two are killed by S8 alone: what is left out is parked, and nobody asked it. The first takes a way to the
    // sweeper, such as `stopped`.
    Mutant {
        name: "the_unwind_machine_skips_a_step",
        layer: Layer::Machine,
        told: "the machine that only compensates has no refund",
        setup: || {
            unwind(|machine| {
                lead(machine, "send_correction", "release_stock");
                remove(machine, "refund");
            })
        },
    },
    Mutant {
        name: "the_first_step_is_not_undone",
        layer: Layer::Machine,
        told: "release_stock leads to settle, and nothing cancels the order",
        setup: || {
            both(|machine| {
                lead(machine, "release_stock", "settle");
                if let Some(state) = state(machine, "order") {
                    catchers(state).iter_mut().for_each(|catcher| catcher["Next"] = "settle".into());
                }
                remove(machine, "cancel_order");
            })
        },
    },
    // These two are killed by S16 alone, with no fault: the notice says that the order is paid, and nothing is.
    Mutant {
        name: "charge_is_skipped",
        layer: Layer::Machine,
        told: "reserve_stock leads to notify",
        setup: || {
            forward(|machine| {
                if let Some(state) = state(machine, "reserve_stock") {
                    state["Next"] = "notify".into();
                }
                remove(machine, "charge");
            })
        },
    },
    Mutant {
        name: "notify_comes_before_charge",
        layer: Layer::Machine,
        told: "reserve_stock leads to notify, and that to charge",
        setup: || {
            forward(|machine| {
                for (name, next) in
                    [("reserve_stock", "notify"), ("notify", "charge"), ("charge", "external_inventory_sync")]
                {
                    if let Some(state) = state(machine, name) {
                        state["Next"] = next.into();
                    }
                }
                catch_to(machine, "notify", "charge");
            })
        },
    },
    // These two are killed by S11 alone: the execution says what its saga is not.
    Mutant {
        name: "nothing_is_settled",
        layer: Layer::Machine,
        told: "the last undo leads to a Fail state with a verdict of the machine's own",
        setup: || {
            both(|machine| {
                let end = json!({ "Type": "Fail", "Error": "Saga.Compensated", "Cause": "undone" });
                machine["States"]["settle"] = end;
                remove(machine, "unwound");
                remove(machine, "unsettled");
            })
        },
    },
    Mutant {
        name: "an_unwound_saga_ends_well",
        layer: Layer::Machine,
        told: "settle leads to Succeed",
        setup: || {
            both(|machine| {
                if let Some(state) = state(machine, "settle") {
                    state["Next"] = "already_committed".into();
                }
                remove(machine, "unwound");
            })
        },
    },
    // Killed by S15: reading a path that is missing ends an execution, and nothing catches that.
    Mutant {
        name: "the_cause_is_read",
        layer: Layer::Machine,
        told: "after charge a Choice reads a code in the cause, which is text",
        setup: || {
            forward(|machine| {
                catch_to(machine, "charge", "why");
                machine["States"]["why"] = json!({
                    "Type": "Choice",
                    "Choices": [{
                        "Variable": "$.error.Cause.code",
                        "StringEquals": "card_declined",
                        "Next": "release_stock",
                    }],
                    "Default": "refund",
                });
            })
        },
    },
];
