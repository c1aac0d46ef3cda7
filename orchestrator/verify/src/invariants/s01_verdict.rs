//! S1: a saga has exactly one verdict.

use amends_store::SagaState;

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S1",
    sentence: "a saga ends with exactly one verdict",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let saga = &evidence.saga;
    let mut found = Vec::new();
    if saga.state.is_final() != saga.ended.is_some() {
        found.push(format!(
            "it is {} and its end is {:?}",
            saga.state.name(),
            saga.ended
        ));
    }
    let (unwound, since) = (saga.state != SagaState::Forward, saga.unwinding_since.is_some());
    let agree = if saga.state == SagaState::Committed {
        !since
    } else {
        unwound == since
    };
    if !agree {
        found.push(format!(
            "it is {} and unwinds since {:?}",
            saga.state.name(),
            saga.unwinding_since
        ));
    }
    found
}
