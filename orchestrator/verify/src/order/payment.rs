//! The sandbox's payments at the end of the wire.

use std::time::Duration;

use amends_adapters::payment::{Captured, Payment, PaymentId, PaymentRequest, PaymentStatus, Reversed};
use amends_adapters::{Call, Contract, ProviderError};
use amends_types::Money;
use async_trait::async_trait;

use super::served::{line, over};
use crate::explore::{Line, Wire};

pub(super) struct WiredPayment<P> {
    pub(super) inner: P,
    pub(super) wire: Wire,
}

impl<P: Payment> WiredPayment<P> {
    /// A call about a payment, whose own state forbids a second effect.
    fn on<'a>(&'a self, operation: &'static str, payment: &'a PaymentId, call: Option<&Call>) -> Line<'a> {
        Line { object: Some(payment.as_str()), ..line(self.contract(), operation, reference(payment), call) }
    }
}

/// `pi_order-1_3` is the payment of `order-1`.
fn reference(payment: &PaymentId) -> &str {
    let id = payment.as_str();
    let id = id.strip_prefix("pi_").unwrap_or(id);
    id.rsplit_once('_').map_or(id, |(reference, _)| reference)
}

#[async_trait]
impl<P: Payment> Payment for WiredPayment<P> {
    fn contract(&self) -> Contract {
        self.inner.contract()
    }

    async fn prepare(&self, call: &Call, request: &PaymentRequest) -> Result<PaymentId, ProviderError> {
        let line = line(self.contract(), "prepare", &request.reference, Some(call));
        over(&self.wire, line, self.inner.prepare(call, request)).await
    }

    async fn capture(
        &self,
        call: &Call,
        payment: &PaymentId,
        amount: Money,
    ) -> Result<Captured, ProviderError> {
        let line = self.on("capture", payment, Some(call));
        over(&self.wire, line, self.inner.capture(call, payment, amount)).await
    }

    async fn reverse(&self, call: &Call, payment: &PaymentId) -> Result<Reversed, ProviderError> {
        let line = self.on("reverse", payment, Some(call));
        over(&self.wire, line, self.inner.reverse(call, payment)).await
    }

    async fn status(&self, limit: Duration, payment: &PaymentId) -> Result<PaymentStatus, ProviderError> {
        let line = self.on("status", payment, None);
        over(&self.wire, line, self.inner.status(limit, payment)).await
    }
}
