//! What is told of a change of a saga row.

use amends_store::SagaRow;

use super::short::{Since, short};

pub(super) fn told(before: Option<&SagaRow>, after: &SagaRow) -> String {
    let mut parts = Vec::new();
    match before {
        None => parts.push(format!("begins {}", after.state.name())),
        Some(before) if before.state != after.state => parts.push(format!("becomes {}", after.state.name())),
        Some(_) => {}
    }
    let new_unwinder = |before: &SagaRow| before.unwinder != after.unwinder;
    if let Some(unwinder) = after.unwinder.as_ref().filter(|_| before.is_none_or(new_unwinder)) {
        parts.push(format!("execution {unwinder} unwinds it"));
    }
    if before.is_some_and(|before| before.deadline != after.deadline) {
        parts.push(format!("its deadline moves to {}", Since::start(after.deadline)));
    }
    if let Some(reason) = after.reason.as_ref().filter(|_| before.is_none_or(|b| b.reason != after.reason)) {
        parts.push(format!("because: {}", short(reason)));
    }
    if parts.is_empty() {
        parts.push("is written again, unchanged".into());
    }
    format!("saga {} {}", after.id, parts.join(", "))
}

/// Whether this happens when all is well.
pub(super) fn is_plain(after: &SagaRow) -> bool {
    use amends_store::SagaState::{Committed, Compensated, Forward, Stuck, Unwinding};
    match after.state {
        Forward | Committed => after.reason.is_none(),
        Unwinding | Compensated | Stuck => false,
    }
}
