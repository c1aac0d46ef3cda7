//! Capturing: the money is taken once, whoever hears of it.

use super::{Case, PRICE, PaymentBench, REFERENCE, Situation};
use crate::payment::{Captured, PaymentId, Reversed};
use crate::suite::usd;
use crate::{Effect, ProviderError, Retry};

fn taken(payment: &PaymentId) -> Captured {
    Captured { payment: payment.clone(), amount: usd(PRICE) }
}

pub(crate) async fn capturing_takes_the_money_once(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::Good).await;
    assert_eq!(case.capture(&payment, "capture").await, Ok(taken(&payment)));
    case.assert_books(1, 0, 0).await;
}

pub(crate) async fn capturing_again_with_the_same_key_answers_the_recorded_capture(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::Good).await;
    for _ in 0..3 {
        assert_eq!(case.capture(&payment, "capture").await, Ok(taken(&payment)));
    }
    case.assert_books(1, 0, 0).await;
}

pub(crate) async fn capturing_a_captured_payment_with_another_key_takes_nothing(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::Good).await;
    case.capture(&payment, "capture").await.unwrap();
    let error = case.capture(&payment, "capture once more").await.unwrap_err();
    assert_eq!((error.effect(), error.retry()), (Effect::None, Retry::Never));
    case.assert_books(1, 0, 0).await;
}

pub(crate) async fn capturing_another_amount_than_was_prepared_takes_nothing(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::Good).await;
    let more = case.0.provider().capture(&case.call("capture"), &payment, usd(PRICE + 1)).await.unwrap_err();
    assert_eq!((more.effect(), more.retry()), (Effect::None, Retry::Never));
    case.assert_books(0, 0, 0).await;
}

pub(crate) async fn capturing_an_unknown_payment_is_proven_not_done(bench: impl PaymentBench) {
    let case = Case(bench);
    let unknown = case.0.unknown_payment();
    assert_eq!(case.capture(&unknown, "capture").await, Err(ProviderError::NotFound));
    assert_eq!(case.0.books(REFERENCE).await, Default::default());
}

pub(crate) async fn a_declined_capture_is_proven_not_done(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::Declined).await;
    for _ in 0..2 {
        let error = case.capture(&payment, "capture").await.unwrap_err();
        assert!(matches!(error, ProviderError::Declined { .. }), "{error}");
        assert_eq!((error.effect(), error.retry()), (Effect::None, Retry::Never));
    }
    case.assert_books(0, 0, 0).await;
}

pub(crate) async fn a_capture_whose_reply_is_lost_is_found_by_its_repeat(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::LostReply).await;
    let error = case.capture(&payment, "capture").await.unwrap_err();
    assert_eq!(error.effect(), Effect::Unknown);
    case.assert_books(1, 0, 0).await;
    assert_eq!(case.capture(&payment, "capture").await, Ok(taken(&payment)));
    case.assert_books(1, 0, 0).await;
}

pub(crate) async fn a_capture_slower_than_the_limit_times_out_and_is_found_by_its_repeat(
    bench: impl PaymentBench,
) {
    let case = Case(bench);
    let payment = case.prepare(Situation::SlowSuccess).await;
    assert_eq!(case.capture(&payment, "capture").await, Err(ProviderError::TimedOut));
    case.assert_books(0, 0, 0).await;
    let early = case.capture(&payment, "capture").await.unwrap_err();
    assert_eq!(early.effect(), Effect::Unknown);
    case.settle().await;
    assert_eq!(case.capture(&payment, "capture").await, Ok(taken(&payment)));
    case.assert_books(1, 0, 0).await;
}

pub(crate) async fn a_capture_answered_with_a_server_error_may_have_happened_and_its_repeat_ends_it(
    bench: impl PaymentBench,
) {
    const MOST_REPEATS: usize = 4;
    let case = Case(bench);
    let payment = case.prepare(Situation::ServerError).await;
    let error = case.capture(&payment, "capture").await.unwrap_err();
    assert_eq!(error.effect(), Effect::Unknown);
    for _ in 0..MOST_REPEATS {
        match case.capture(&payment, "capture").await {
            Ok(captured) => {
                assert_eq!(captured, taken(&payment));
                return case.assert_books(1, 0, 0).await;
            }
            Err(error) => assert_eq!(error.effect(), Effect::Unknown),
        }
    }
    panic!("{MOST_REPEATS} repeats did not end it");
}

pub(crate) async fn a_provider_that_is_down_for_a_while_did_nothing_until_it_is_back(
    bench: impl PaymentBench,
) {
    const MOST_REPEATS: usize = 4;
    let case = Case(bench);
    let payment = case.prepare(Situation::DownForAWhile).await;
    for refused in 0..=MOST_REPEATS {
        case.assert_books(0, 0, 0).await;
        match case.capture(&payment, "capture").await {
            Ok(_) => {
                assert!(refused > 0, "it was never down");
                return case.assert_books(1, 0, 0).await;
            }
            Err(error) => {
                assert_eq!(error.effect(), Effect::None);
                assert!(matches!(error.retry(), Retry::Later { .. }));
            }
        }
    }
    panic!("{MOST_REPEATS} repeats did not find it back");
}

pub(crate) async fn capturing_a_cancelled_payment_is_refused_for_ever(bench: impl PaymentBench) {
    let case = Case(bench);
    let payment = case.prepare(Situation::Good).await;
    assert_eq!(case.reverse(&payment, "reverse").await, Ok(Reversed::Canceled));
    for purpose in ["capture", "capture", "capture once more"] {
        let error = case.capture(&payment, purpose).await.unwrap_err();
        assert_eq!((error.effect(), error.retry()), (Effect::None, Retry::Never));
    }
    case.assert_books(0, 1, 0).await;
}
