//! S2: a verdict is true of the effects.

use amends_store::{LedgerStatus, SagaState};

use super::Invariant;
use crate::{Direction, Evidence};

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S2",
    sentence: "committed: every required effect and none undone; compensated: none left; stuck: only what is parked",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    match evidence.saga.state {
        SagaState::Committed => committed(evidence),
        SagaState::Compensated => unwound(evidence),
        SagaState::Stuck => stuck(evidence),
        SagaState::Forward | SagaState::Unwinding => Vec::new(),
    }
}

fn committed(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for step in evidence.definition.steps() {
        let done = evidence
            .row(step.name)
            .is_some_and(|row| row.status == LedgerStatus::Done);
        if step.policy.is_required() && !done {
            found.push(format!("committed, but {} is not done in the ledger", step.name));
        }
        let expected = done && evidence.leaves_an_effect(step.name);
        if expected && !evidence.holds(step.name) {
            found.push(format!("committed, but the effect of {} is not there", step.name));
        }
        if evidence.count(step.name, Direction::Reversed) > 0 {
            found.push(format!("committed, but {} was undone", step.name));
        }
    }
    found
}

/// Nothing is left, except what is recorded as parked (in a compensated saga only best-effort steps can be).
fn unwound(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for step in evidence.definition.steps() {
        let parked = evidence
            .row(step.name)
            .is_some_and(|row| row.status == LedgerStatus::Parked);
        if parked && step.policy.is_required() && evidence.saga.state == SagaState::Compensated {
            found.push(format!("compensated, but {} is parked", step.name));
        }
        if evidence.holds(step.name) && !parked {
            found.push(format!(
                "{}, but the effect of {} is left",
                evidence.saga.state.name(),
                step.name
            ));
        }
    }
    found
}

fn stuck(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found = unwound(evidence);
    if !evidence
        .rows
        .iter()
        .any(|row| !row.best_effort && row.status == LedgerStatus::Parked)
    {
        found.push("stuck, but no required step is parked".into());
    }
    found
}
