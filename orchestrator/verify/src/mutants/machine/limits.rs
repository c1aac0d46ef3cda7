//! Time limits.

use super::edit::{both, forward, state};
use crate::mutants::{Layer, Mutant};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // Killed by S18 alone, with no fault: the state ends before the worker does.
    Mutant {
        name: "a_state_ends_before_its_worker",
        layer: Layer::Machine,
        told: "charge times out after 2 seconds, within the lease of its worker",
        setup: || forward(|machine| limit(machine, "charge", 2)),
    },
    // It ends without a compensation, and the sweeper puts that right. Killed by S15 once it takes `TIMED_OUT` for an end
    // that no generated machine has; until then by a capture that comes after the verdict (S19).
    Mutant {
        name: "the_execution_has_a_time_limit",
        layer: Layer::Machine,
        told: "every execution times out after 40 seconds",
        setup: || both(|machine| machine["TimeoutSeconds"] = 40.into()),
    },
];

fn limit(machine: &mut serde_json::Value, name: &str, seconds: u32) {
    if let Some(state) = state(machine, name) {
        state["TimeoutSeconds"] = seconds.into();
    }
}
