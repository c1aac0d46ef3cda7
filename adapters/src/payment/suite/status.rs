//! Looking a payment up.

use super::{Case, PRICE, PaymentBench, Situation};
use crate::ProviderError;
use crate::payment::{PaymentId, PaymentStatus};
use crate::suite::usd;

async fn status<B: PaymentBench>(
    case: &Case<B>,
    payment: &PaymentId,
) -> Result<PaymentStatus, ProviderError> {
    let provider = case.0.provider();
    provider.status(provider.contract().call_limit(), payment).await
}

pub(crate) async fn the_status_follows_a_payment_through_its_states(bench: impl PaymentBench) {
    let case = Case(bench);
    let amount = usd(PRICE);
    let kept = case.prepare(Situation::Good).await;
    assert_eq!(status(&case, &kept).await, Ok(PaymentStatus::Prepared));
    case.capture(&kept, "capture").await.unwrap();
    assert_eq!(status(&case, &kept).await, Ok(PaymentStatus::Captured { amount }));
    case.reverse(&kept, "reverse").await.unwrap();
    assert_eq!(status(&case, &kept).await, Ok(PaymentStatus::Refunded { amount }));

    let request = case.request(Situation::Good);
    let dropped = case.0.provider().prepare(&case.call("prepare another"), &request).await.unwrap();
    case.reverse(&dropped, "reverse another").await.unwrap();
    assert_eq!(status(&case, &dropped).await, Ok(PaymentStatus::Canceled));
}

pub(crate) async fn the_status_of_an_unknown_payment_is_not_found(bench: impl PaymentBench) {
    let case = Case(bench);
    assert_eq!(status(&case, &case.0.unknown_payment()).await, Err(ProviderError::NotFound));
}
