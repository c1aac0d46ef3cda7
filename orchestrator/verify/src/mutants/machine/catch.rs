//! What is caught, and where it leads.

use serde_json::json;

use super::edit::{UNDOS, both, catch_at_once, catch_to, catchers, forward, remove, retriers, state};
use crate::mutants::made::gives_up_early;
use crate::mutants::{Layer, Mutant};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // Killed by S8, whatever made the step fail after its effect: nobody asked it to be undone.
    Mutant {
        name: "undo_of_the_failing_step_skipped",
        layer: Layer::Machine,
        told: "the Catch of charge leads to the undo of the step before it",
        setup: || forward(|machine| catch_to(machine, "charge", "release_stock")),
    },
    // These three are killed by S15: an error that could be caught ends the execution, and the sweeper must do its work.
    Mutant {
        name: "a_step_catches_nothing",
        layer: Layer::Machine,
        told: "charge has no Catch",
        setup: || {
            forward(|machine| {
                if let Some(state) = state(machine, "charge").and_then(|state| state.as_object_mut()) {
                    state.remove("Catch");
                }
            })
        },
    },
    Mutant {
        name: "only_rejected_is_caught",
        layer: Layer::Machine,
        told: "charge catches Saga.Rejected and nothing else",
        setup: || forward(|machine| catch_only(machine, "charge", "Saga.Rejected")),
    },
    Mutant {
        name: "a_time_limit_is_not_caught",
        layer: Layer::Machine,
        told: "charge retries and catches States.TaskFailed, which does not stand for States.Timeout",
        setup: || {
            forward(|machine| {
                catch_only(machine, "charge", "States.TaskFailed");
                if let Some(state) = state(machine, "charge") {
                    state["Retry"][2]["ErrorEquals"] = json!(["States.TaskFailed"]);
                }
            })
        },
    },
    // Killed by S15, by whatever the refund gives up at: the compensations behind the one that gave up never run.
    Mutant {
        name: "an_undo_that_fails_stops_the_others",
        layer: Layer::Machine,
        told: "refund has no Catch",
        setup: || {
            both(|machine| {
                if let Some(state) = state(machine, "refund").and_then(|state| state.as_object_mut()) {
                    state.remove("Catch");
                }
            })
        },
    },
    // Killed by S11: the execution of a committed saga ends unsettled. It takes an answer that is lost after the
    // commit; so that few faults lose it for good, the last step is not tried again.
    Mutant {
        name: "a_committed_saga_ends_unsettled",
        layer: Layer::Machine,
        told: "neither the undos nor settle catch Saga.Committed, and the last step is not retried",
        setup: || {
            both(|machine| {
                if let Some(state) = state(machine, "external_inventory_sync") {
                    retriers(state)[2]["MaxAttempts"] = 0.into();
                }
                commits_are_not_caught(machine);
            })
        },
    },
    // Killed by S11, and only by `unheard`: the last step is retried until nothing is left but its undo.
    Mutant {
        name: "a_commit_that_nobody_heard_of",
        layer: Layer::Machine,
        told: "no undo catches Saga.Committed, and so each takes it for a failure of its own",
        setup: || both(commits_are_not_caught),
    },
    // Killed by S11, by what lets a worker commit and nobody hear of it in time.
    Mutant {
        name: "a_time_limit_after_the_commit",
        layer: Layer::Machine,
        told: "the last step is not retried after a time limit, and its undo takes Saga.Committed for a failure",
        setup: || {
            // That it gives up early is not what it is about.
            gives_up_early(forward(|machine| {
                let mut undo = machine["States"]["revert_inventory_sync"].clone();
                catchers(&mut undo)[0]["Next"] = "unsettled".into();
                machine["States"]["revert_after_time_limit"] = undo;
                catch_at_once(
                    machine,
                    "external_inventory_sync",
                    "States.Timeout",
                    "revert_after_time_limit",
                );
            }))
        },
    },
    // Killed by S11, and only by `cancelled` or what the coordinator does meanwhile.
    Mutant {
        name: "a_cancelled_saga_ends_well",
        layer: Layer::Machine,
        told: "charge catches Saga.Cancelled and leads it to Succeed",
        setup: || forward(|machine| catch_at_once(machine, "charge", "Saga.Cancelled", "already_committed")),
    },
    // Killed by S16 alone: a notice that cannot be sent rolls money back.
    Mutant {
        name: "a_failing_notice_unwinds",
        layer: Layer::Machine,
        told: "the Catch of notify leads to its own undo",
        setup: || forward(|machine| catch_to(machine, "notify", "send_correction")),
    },
    // Killed by S8, and only by `worker_dies`: no other fault makes this error.
    Mutant {
        name: "a_worker_that_died_did_nothing",
        layer: Layer::Machine,
        told: "charge catches Lambda.Unknown at once and leads it past the refund",
        setup: || forward(|machine| catch_at_once(machine, "charge", "Lambda.Unknown", "release_stock")),
    },
    // Killed by S8, and only by `oversized`.
    Mutant {
        name: "an_answer_too_large_is_no_answer",
        layer: Layer::Machine,
        told: "charge catches States.DataLimitExceeded at once and leads it past the refund",
        setup: || {
            forward(|machine| {
                catch_at_once(machine, "charge", "States.DataLimitExceeded", "release_stock");
            })
        },
    },
    // Killed by S8, and only by `throttled`.
    Mutant {
        name: "a_throttled_undo_is_given_up",
        layer: Layer::Machine,
        told: "refund catches Lambda.TooManyRequestsException at once and leads on",
        setup: || {
            both(|machine| {
                let error = "Lambda.TooManyRequestsException";
                catch_at_once(machine, "refund", error, "release_stock");
            })
        },
    },
];

/// Nothing of a machine that compensates knows that a saga may be committed.
fn commits_are_not_caught(machine: &mut serde_json::Value) {
    for name in UNDOS.iter().chain(&["settle"]) {
        if let Some(state) = state(machine, name) {
            catchers(state).retain(|catcher| catcher["ErrorEquals"][0] != "Saga.Committed");
        }
    }
    remove(machine, "already_committed");
}

/// Of the errors of `name`, only `error` is caught.
fn catch_only(machine: &mut serde_json::Value, name: &str, error: &str) {
    if let Some(state) = state(machine, name) {
        let catchers = catchers(state);
        catchers.remove(0);
        catchers[0]["ErrorEquals"] = json!([error]);
    }
}
