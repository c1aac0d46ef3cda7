//! S10: the money adds up. (Its second half, stock, is checked per product by the audit.)

use amends_store::{LedgerStatus, SagaState};

use super::Invariant;
use crate::{Direction, Evidence};

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S10",
    sentence: "refunds do not exceed captures, what is left is the total or nothing, and stock adds up",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let captured = evidence.moved(Direction::Applied);
    let refunded = evidence.moved(Direction::Reversed);
    let total = evidence.total().map_or(0, |total| i128::from(total.minor));
    let left = captured - refunded;
    let mut found = Vec::new();
    if refunded > captured {
        found.push(format!("{refunded} refunded, but only {captured} captured"));
    }
    let parked = evidence
        .row("charge")
        .is_some_and(|row| row.status == LedgerStatus::Parked);
    let allowed = match evidence.saga.state {
        SagaState::Committed => left == total,
        SagaState::Compensated => left == 0,
        SagaState::Stuck if !parked => left == 0,
        SagaState::Stuck | SagaState::Forward | SagaState::Unwinding => left == 0 || left == total,
    };
    if !allowed {
        let state = evidence.saga.state.name();
        found.push(format!(
            "{state}, captured {captured} and refunded {refunded}; the order costs {total}"
        ));
    }
    let strange = evidence.effects.iter().filter_map(|effect| effect.amount);
    let currency = evidence.total().map(|total| total.currency);
    if strange
        .into_iter()
        .any(|amount| currency.is_some_and(|currency| currency != amount.currency))
    {
        found.push("money moved in another currency than the order's".into());
    }
    found
}
