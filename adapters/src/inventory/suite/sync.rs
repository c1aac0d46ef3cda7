//! Syncing: a sale is recorded once, whoever hears of it.

use super::{Case, InventoryBench, Situation};
use crate::{BodyRule, Effect, ProviderError, Retry};

const MOST_REPEATS: usize = 4;

pub(crate) async fn a_sync_is_recorded_once(bench: impl InventoryBench) {
    let case = Case(bench);
    case.sync(Situation::Good).await.unwrap();
    case.assert_books(1, 0).await;
}

pub(crate) async fn a_sync_again_with_the_same_key_answers_the_same_receipt(bench: impl InventoryBench) {
    let case = Case(bench);
    let first = case.sync(Situation::Good).await;
    assert_eq!(case.sync(Situation::Good).await, first);
    case.assert_books(1, 0).await;
}

pub(crate) async fn a_sync_with_the_same_key_and_another_body_is_refused(bench: impl InventoryBench) {
    let case = Case(bench);
    let first = case.sync(Situation::Good).await;
    let other = case.request(Situation::Good, 2);
    let repeated = case.0.provider().sync(&case.call("sync"), &other).await;
    match case.0.provider().contract().body {
        BodyRule::Refused => assert_eq!(repeated, Err(ProviderError::KeyReused)),
        BodyRule::Ignored => assert_eq!(repeated, first),
    }
    case.assert_books(1, 0).await;
}

pub(crate) async fn a_refused_sync_is_proven_not_done(bench: impl InventoryBench) {
    let case = Case(bench);
    let error = case.sync(Situation::Refused).await.unwrap_err();
    assert_eq!((error.effect(), error.retry()), (Effect::None, Retry::Never));
    case.assert_books(0, 0).await;
}

pub(crate) async fn a_sync_whose_reply_is_lost_is_found_by_its_repeat(bench: impl InventoryBench) {
    let case = Case(bench);
    let error = case.sync(Situation::LostReply).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Unknown);
    case.assert_books(1, 0).await;
    case.sync(Situation::LostReply).await.unwrap();
    case.assert_books(1, 0).await;
}

pub(crate) async fn a_sync_slower_than_the_limit_times_out_and_is_found_by_its_repeat(
    bench: impl InventoryBench,
) {
    let case = Case(bench);
    assert_eq!(case.sync(Situation::Slow).await, Err(ProviderError::TimedOut));
    case.assert_books(0, 0).await;
    let early = case.sync(Situation::Slow).await.unwrap_err();
    assert_eq!(early.effect(), Effect::Unknown);
    case.settle().await;
    case.sync(Situation::Slow).await.unwrap();
    case.assert_books(1, 0).await;
}

pub(crate) async fn a_sync_answered_with_a_server_error_may_have_happened_and_its_repeat_ends_it(
    bench: impl InventoryBench,
) {
    let case = Case(bench);
    let error = case.sync(Situation::ServerError).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Unknown);
    for _ in 0..MOST_REPEATS {
        match case.sync(Situation::ServerError).await {
            Ok(_) => return case.assert_books(1, 0).await,
            Err(error) => assert_eq!(error.effect(), Effect::Unknown),
        }
    }
    panic!("{MOST_REPEATS} repeats did not end it");
}

pub(crate) async fn an_inventory_that_is_down_for_a_while_did_nothing_until_it_is_back(
    bench: impl InventoryBench,
) {
    let case = Case(bench);
    for refused in 0..=MOST_REPEATS {
        case.assert_books(0, 0).await;
        match case.sync(Situation::DownForAWhile).await {
            Ok(_) => {
                assert!(refused > 0, "it was never down");
                return case.assert_books(1, 0).await;
            }
            Err(error) => {
                assert_eq!(error.effect(), Effect::None);
                assert!(matches!(error.retry(), Retry::Later { .. }));
            }
        }
    }
    panic!("{MOST_REPEATS} repeats did not find it back");
}
