//! Providers whose calls are written to the log, within the attempt that makes them.
//!
//! Only what was asked for and how it was answered: no request, no address, no token, no key.

use std::sync::Arc;
use std::time::{Duration, Instant};

use amends_adapters::inventory::{Inventory, Reverted, SyncReceipt, SyncRequest};
use amends_adapters::notification::{Notice, Notification, Sent, SentLookup};
use amends_adapters::payment::{Captured, Payment, PaymentId, PaymentRequest, PaymentStatus, Reversed};
use amends_adapters::{Call, Contract, ProviderError};
use amends_types::Money;
use async_trait::async_trait;

/// Makes a call and writes down how it was answered.
async fn logged<T>(
    call: &'static str,
    answer: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    let began = Instant::now();
    let answer = answer.await;
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    match &answer {
        Ok(_) => tracing::info!(call, micros, "provider answered"),
        Err(error) => tracing::warn!(call, micros, %error, "provider did not say yes"),
    }
    answer
}

pub(crate) struct LoggedPayment(pub(crate) Arc<dyn Payment>);

#[async_trait]
impl Payment for LoggedPayment {
    fn contract(&self) -> Contract {
        self.0.contract()
    }

    async fn prepare(&self, call: &Call, request: &PaymentRequest) -> Result<PaymentId, ProviderError> {
        logged("payment.prepare", self.0.prepare(call, request)).await
    }

    async fn capture(
        &self,
        call: &Call,
        payment: &PaymentId,
        amount: Money,
    ) -> Result<Captured, ProviderError> {
        logged("payment.capture", self.0.capture(call, payment, amount)).await
    }

    async fn reverse(&self, call: &Call, payment: &PaymentId) -> Result<Reversed, ProviderError> {
        logged("payment.reverse", self.0.reverse(call, payment)).await
    }

    async fn status(&self, limit: Duration, payment: &PaymentId) -> Result<PaymentStatus, ProviderError> {
        logged("payment.status", self.0.status(limit, payment)).await
    }
}

pub(crate) struct LoggedInventory(pub(crate) Arc<dyn Inventory>);

#[async_trait]
impl Inventory for LoggedInventory {
    fn contract(&self) -> Contract {
        self.0.contract()
    }

    async fn sync(&self, call: &Call, request: &SyncRequest) -> Result<SyncReceipt, ProviderError> {
        logged("inventory.sync", self.0.sync(call, request)).await
    }

    async fn find(&self, limit: Duration, reference: &str) -> Result<Option<SyncReceipt>, ProviderError> {
        logged("inventory.find", self.0.find(limit, reference)).await
    }

    async fn revert(&self, call: &Call, reference: &str) -> Result<Reverted, ProviderError> {
        logged("inventory.revert", self.0.revert(call, reference)).await
    }
}

pub(crate) struct LoggedNotification(pub(crate) Arc<dyn Notification>);

#[async_trait]
impl Notification for LoggedNotification {
    fn contract(&self) -> Contract {
        self.0.contract()
    }

    async fn send(&self, call: &Call, notice: &Notice) -> Result<Sent, ProviderError> {
        logged("notification.send", self.0.send(call, notice)).await
    }

    fn lookup(&self) -> Option<&dyn SentLookup> {
        self.0.lookup()
    }
}
