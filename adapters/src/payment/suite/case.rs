//! A bench, and the calls that the cases make on it.

use super::{Balance, PaymentBench, Situation};
use crate::payment::{Captured, PaymentId, PaymentRequest, Reversed};
use crate::suite::{call, usd};
use crate::{Call, ProviderError};

/// The reference of every case; each has a bench of its own.
pub(super) const REFERENCE: &str = "order-1";
pub(super) const PRICE: i64 = 1998;

/// A bench and the calls that cases make on it.
pub(super) struct Case<B>(pub(super) B);

impl<B: PaymentBench> Case<B> {
    pub(super) fn call(&self, purpose: &str) -> Call {
        call(self.0.provider().contract(), purpose)
    }

    pub(super) fn request(&self, situation: Situation) -> PaymentRequest {
        PaymentRequest {
            reference: REFERENCE.to_owned(),
            amount: usd(PRICE),
            payment_method: self.0.method(situation),
        }
    }

    pub(super) async fn prepare(&self, situation: Situation) -> PaymentId {
        let request = self.request(situation);
        self.0.provider().prepare(&self.call("prepare"), &request).await.expect("a payment is prepared")
    }

    pub(super) async fn capture(
        &self,
        payment: &PaymentId,
        purpose: &str,
    ) -> Result<Captured, ProviderError> {
        self.0.provider().capture(&self.call(purpose), payment, usd(PRICE)).await
    }

    pub(super) async fn reverse(
        &self,
        payment: &PaymentId,
        purpose: &str,
    ) -> Result<Reversed, ProviderError> {
        self.0.provider().reverse(&self.call(purpose), payment).await
    }

    /// Asserts the provider's books: `1` for each capture and refund of the whole price.
    pub(super) async fn assert_books(&self, captured: usize, canceled: usize, refunded: usize) {
        let expected = Balance {
            payments: 1,
            captured: vec![usd(PRICE); captured],
            canceled,
            refunded: vec![usd(PRICE); refunded],
        };
        assert_eq!(self.0.books(REFERENCE).await, expected);
    }

    pub(super) async fn settle(&self) {
        self.0.pass(self.0.provider().contract().settle()).await;
    }
}
