//! Reversing: whatever became of the payment, nothing is left taken.

use super::{Case, PRICE, PaymentBench, REFERENCE, Situation};
use crate::payment::Reversed;
use crate::suite::usd;
use crate::{Effect, ProviderError, Retry};

pub(crate) async fn reversing_a_prepared_payment_cancels_it(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::Good).await;
    assert_eq!(case.reverse(&payment, "reverse").await, Ok(Reversed::Canceled));
    case.assert_books(0, 1, 0).await;
}

pub(crate) async fn reversing_a_captured_payment_refunds_all_of_it(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::Good).await;
    case.capture(&payment, "capture").await.unwrap();
    let reversed = case.reverse(&payment, "reverse").await.unwrap();
    assert!(matches!(reversed, Reversed::Refunded { amount, .. } if amount == usd(PRICE)), "{reversed:?}");
    case.assert_books(1, 0, 1).await;
}

pub(crate) async fn reversing_again_with_the_same_key_answers_the_same(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::Good).await;
    case.capture(&payment, "capture").await.unwrap();
    let first = case.reverse(&payment, "reverse").await.unwrap();
    assert_eq!(case.reverse(&payment, "reverse").await, Ok(first));
    case.assert_books(1, 0, 1).await;
}

pub(crate) async fn reversing_again_with_another_key_refunds_nothing_more(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::Good).await;
    case.capture(&payment, "capture").await.unwrap();
    case.reverse(&payment, "reverse").await.unwrap();
    assert_eq!(case.reverse(&payment, "reverse once more").await, Ok(Reversed::AlreadyReversed));
    case.assert_books(1, 0, 1).await;
}

pub(crate) async fn reversing_a_capture_whose_reply_was_lost_refunds_it(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::LostReply).await;
    case.capture(&payment, "capture").await.unwrap_err();
    let reversed = case.reverse(&payment, "reverse").await.unwrap();
    assert!(matches!(reversed, Reversed::Refunded { .. }), "{reversed:?}");
    case.assert_books(1, 0, 1).await;
}

pub(crate) async fn reversing_before_a_slow_capture_arrives_keeps_it_from_ever_happening(
    bench: impl PaymentBench,
) {
    let case = Case(bench);
    let payment = case.prepare(Situation::SlowSuccess).await;
    assert_eq!(case.capture(&payment, "capture").await, Err(ProviderError::TimedOut));
    assert_eq!(case.reverse(&payment, "reverse").await, Ok(Reversed::Canceled));
    case.settle().await;
    assert_eq!(case.reverse(&payment, "reverse").await, Ok(Reversed::Canceled));
    case.assert_books(0, 1, 0).await;
}

pub(crate) async fn reversing_an_unknown_payment_is_proven_not_done(bench: impl PaymentBench) {
    let case = Case(bench);
    let unknown = case.0.unknown_payment();
    assert_eq!(case.reverse(&unknown, "reverse").await, Err(ProviderError::NotFound));
    assert_eq!(case.0.books(REFERENCE).await, Default::default());
}

pub(crate) async fn a_refund_that_the_provider_refuses_is_proven_not_done(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::RefundFails).await;
    case.capture(&payment, "capture").await.unwrap();
    for _ in 0..2 {
        let error = case.reverse(&payment, "reverse").await.unwrap_err();
        assert_eq!((error.effect(), error.retry()), (Effect::None, Retry::Never));
    }
    case.assert_books(1, 0, 0).await;
}
