//! S4: whatever was unwound has a tombstone for every step.

use amends_store::{LedgerStatus, SagaState};

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S4",
    sentence: "an unwound saga has a tombstone for every step, also for those that never began",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    if !matches!(evidence.saga.state, SagaState::Compensated | SagaState::Stuck) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for step in evidence.definition.steps() {
        match evidence.row(step.name).map(|row| row.status) {
            Some(LedgerStatus::Undone | LedgerStatus::Parked) => {}
            Some(status) => found.push(format!("unwound, but {} is still {}", step.name, status.name())),
            None => found.push(format!("unwound, but {} left no tombstone", step.name)),
        }
    }
    found
}
