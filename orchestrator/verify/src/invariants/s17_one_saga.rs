//! S17: an order has one saga, and a saga has its order.

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S17",
    sentence: "one saga per order, and no effect without a saga",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    match &evidence.order {
        Some(order) if order.id == evidence.saga.id => Vec::new(),
        Some(_) | None => vec!["the saga has no order".into()],
    }
}
