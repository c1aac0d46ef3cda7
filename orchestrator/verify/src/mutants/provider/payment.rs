//! Payment providers that break a promise.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use amends_adapters::payment::{Captured, Payment, PaymentId, PaymentRequest, PaymentStatus, Reversed};
use amends_adapters::{Call, Contract, ProviderError};
use amends_types::Money;
use amends_workers::order_saga;
use async_trait::async_trait;

use crate::explore::Setup;
use crate::mutants::{Layer, Mutant};
use crate::order::OrderScenario;

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // Killed by S2, and only by `late` together with what makes the saga unwind before the capture has arrived.
    Mutant {
        name: "a_cancelled_payment_is_captured_later",
        layer: Layer::Provider,
        told: "the payment provider says that a payment is cancelled while its capture is still at work",
        setup: || {
            Setup::new(Arc::new(OrderScenario::one_order().with_saga(|mut parts| {
                parts.payment = Arc::new(Hasty { inner: parts.payment, at_work: AtomicBool::new(false) });
                order_saga(parts)
            })))
        },
    },
];

/// Forgets what is still at work when it is asked to reverse.
struct Hasty {
    inner: Arc<dyn Payment>,
    at_work: AtomicBool,
}

#[async_trait]
impl Payment for Hasty {
    fn contract(&self) -> Contract {
        self.inner.contract()
    }

    async fn prepare(&self, call: &Call, request: &PaymentRequest) -> Result<PaymentId, ProviderError> {
        self.inner.prepare(call, request).await
    }

    async fn capture(
        &self,
        call: &Call,
        payment: &PaymentId,
        amount: Money,
    ) -> Result<Captured, ProviderError> {
        let captured = self.inner.capture(call, payment, amount).await;
        self.at_work.store(captured == Err(ProviderError::TimedOut), Ordering::SeqCst);
        captured
    }

    async fn reverse(&self, call: &Call, payment: &PaymentId) -> Result<Reversed, ProviderError> {
        if self.at_work.load(Ordering::SeqCst) {
            return Ok(Reversed::Canceled);
        }
        self.inner.reverse(call, payment).await
    }

    async fn status(&self, limit: Duration, payment: &PaymentId) -> Result<PaymentStatus, ProviderError> {
        self.inner.status(limit, payment).await
    }
}
