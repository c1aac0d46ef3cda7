//! Reverting: whatever became of the sync, nothing is left recorded.

use super::{Case, InventoryBench, Situation};
use crate::ProviderError;
use crate::inventory::Reverted;

pub(crate) async fn reverting_takes_the_record_back_once(bench: impl InventoryBench) {
    let case = Case(bench);
    case.sync(Situation::Good).await.unwrap();
    assert_eq!(case.revert("revert").await, Reverted::Reverted);
    case.assert_books(1, 1).await;
}

pub(crate) async fn reverting_again_with_the_same_key_answers_the_same(bench: impl InventoryBench) {
    let case = Case(bench);
    case.sync(Situation::Good).await.unwrap();
    assert_eq!(case.revert("revert").await, Reverted::Reverted);
    assert_eq!(case.revert("revert").await, Reverted::Reverted);
    case.assert_books(1, 1).await;
}

pub(crate) async fn reverting_again_with_another_key_takes_back_nothing_more(bench: impl InventoryBench) {
    let case = Case(bench);
    case.sync(Situation::Good).await.unwrap();
    case.revert("revert").await;
    assert_eq!(case.revert("revert once more").await, Reverted::AlreadyReverted);
    case.assert_books(1, 1).await;
}

pub(crate) async fn reverting_a_sync_whose_reply_was_lost_takes_it_back(bench: impl InventoryBench) {
    let case = Case(bench);
    case.sync(Situation::LostReply).await.unwrap_err();
    assert_eq!(case.revert("revert").await, Reverted::Reverted);
    case.assert_books(1, 1).await;
}

pub(crate) async fn reverting_an_unknown_reference_finds_nothing(bench: impl InventoryBench) {
    let case = Case(bench);
    assert_eq!(case.revert("revert").await, Reverted::NothingFound);
    case.assert_books(0, 0).await;
}

pub(crate) async fn reverting_before_a_slow_sync_arrives_finds_nothing_and_takes_it_back_afterwards(
    bench: impl InventoryBench,
) {
    let case = Case(bench);
    assert_eq!(case.sync(Situation::Slow).await, Err(ProviderError::TimedOut));
    assert_eq!(case.revert("revert").await, Reverted::NothingFound);
    case.settle().await;
    case.assert_books(1, 0).await;
    assert_eq!(case.revert("revert").await, Reverted::Reverted);
    case.assert_books(1, 1).await;
}
