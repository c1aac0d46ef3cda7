//! Preparing: an object, and no money.

use super::{Case, PaymentBench, REFERENCE, Situation};
use crate::payment::PaymentRequest;
use crate::suite::usd;
use crate::{BodyRule, Effect, ProviderError, Retry};

pub(crate) async fn preparing_takes_no_money(bench: impl PaymentBench) {
    let case = Case(bench);
    case.prepare(Situation::Good).await;
    case.assert_books(0, 0, 0).await;
}

pub(crate) async fn preparing_again_with_the_same_key_answers_the_same_payment(bench: impl PaymentBench) {
    let case = Case(bench);
    let first = case.prepare(Situation::Good).await;
    assert_eq!(case.prepare(Situation::Good).await, first);
    case.assert_books(0, 0, 0).await;
}

pub(crate) async fn preparing_with_the_same_key_and_another_body_is_refused(bench: impl PaymentBench) {
    let case = Case(bench);
    let first = case.prepare(Situation::Good).await;
    let other = PaymentRequest { amount: usd(1), ..case.request(Situation::Good) };
    let repeated = case.0.provider().prepare(&case.call("prepare"), &other).await;
    match case.0.provider().contract().body {
        BodyRule::Refused => assert_eq!(repeated, Err(ProviderError::KeyReused)),
        BodyRule::Ignored => assert_eq!(repeated, Ok(first)),
    }
    case.assert_books(0, 0, 0).await;
}

pub(crate) async fn preparing_with_an_unknown_payment_method_is_proven_not_done(bench: impl PaymentBench) {
    let case = Case(bench);
    let request = case.request(Situation::Unknown);
    let error = case.0.provider().prepare(&case.call("prepare"), &request).await.unwrap_err();
    assert_eq!((error.effect(), error.retry()), (Effect::None, Retry::Never));
    assert!(!error.to_string().contains(request.payment_method.expose()), "{error}");
    assert_eq!(case.0.books(REFERENCE).await, Default::default());
}

pub(crate) async fn preparing_with_another_key_makes_another_payment(bench: impl PaymentBench) {
    let case = Case(bench);
    let first = case.prepare(Situation::Good).await;
    let request = case.request(Situation::Good);
    let second = case.0.provider().prepare(&case.call("prepare once more"), &request).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(case.0.books(REFERENCE).await.payments, 2);
}
