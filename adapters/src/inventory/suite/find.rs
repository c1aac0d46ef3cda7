//! Finding what is recorded.

use super::{Case, InventoryBench, Situation};
use crate::ProviderError;

pub(crate) async fn finding_answers_the_receipt_until_it_is_reverted(bench: impl InventoryBench) {
    let case = Case(bench);
    let receipt = case.sync(Situation::Good).await.unwrap();
    assert_eq!(case.find().await, Some(receipt));
    case.revert("revert").await;
    assert_eq!(case.find().await, None);
}

pub(crate) async fn finding_an_unknown_reference_answers_nothing(bench: impl InventoryBench) {
    let case = Case(bench);
    assert_eq!(case.find().await, None);
}

pub(crate) async fn finding_before_a_slow_sync_arrives_answers_nothing_and_the_receipt_afterwards(
    bench: impl InventoryBench,
) {
    let case = Case(bench);
    assert_eq!(case.sync(Situation::Slow).await, Err(ProviderError::TimedOut));
    assert_eq!(case.find().await, None);
    case.settle().await;
    assert!(case.find().await.is_some());
}
