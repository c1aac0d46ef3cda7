//! `notify`: tells the customer that the order is accepted and paid. Undone, it sends a correction.
//!
//! Best effort: a notice that cannot be sent never rolls money back. The customer's address is read when it is needed
//! and is in no input, output or history.

use std::sync::Arc;
use std::time::Duration;

use amends_adapters::Call;
use amends_adapters::notification::{Notice, NoticeKind, Notification, Recipient, Sent};
use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};
use amends_store::{Customer, Store, StoreError};
use amends_types::Money;
use serde::{Deserialize, Serialize};

use crate::provider_error;

/// The step.
pub struct Notify {
    provider: Arc<dyn Notification>,
    store: Arc<dyn Store>,
}

/// What to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyInput {
    /// What was paid.
    pub total: Money,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyOutput {
    /// The provider's id of the message.
    pub message: String,
}

impl Notify {
    /// A step that sends through `provider` to the customers of `store`.
    ///
    /// # Panics
    /// When the provider settles later than the step's policy waits.
    pub fn new(provider: Arc<dyn Notification>, store: Arc<dyn Store>) -> Self {
        assert!(provider.contract().settle_seconds <= Self::POLICY.settle_seconds, "notify must wait longer");
        Self { provider, store }
    }

    async fn customer(&self, ctx: &StepCtx) -> Result<Customer, StepError> {
        let id = ctx.saga().clone();
        let order = self.store.query(move |tx| tx.order(&id)).await;
        let order = order.map_err(|error: StoreError| StepError::Transient(error.to_string()))?;
        Ok(order.ok_or_else(|| StepError::Bug("the saga has no order".into()))?.customer)
    }

    /// What an earlier attempt sent, once the provider may have forgotten its key and can be asked (S13). Mail cannot:
    /// there a notice whose reply was lost may arrive twice, which is better than never.
    ///
    /// An undo began after the step did, so its key is younger than that: asking too early does no harm.
    async fn found_after_the_key(&self, ctx: &StepCtx, kind: NoticeKind) -> Result<Option<Sent>, StepError> {
        let lookup = self
            .provider
            .lookup()
            .filter(|_| ctx.effect_possible() && !self.provider.contract().remembers(ctx.age()));
        let Some(lookup) = lookup else { return Ok(None) };
        let found = lookup.sent(self.limit(ctx)?, ctx.saga().as_str(), kind).await;
        found.map_err(|error| provider_error::of_preparation(&error))
    }

    fn limit(&self, ctx: &StepCtx) -> Result<Duration, StepError> {
        Ok(ctx.call_limit()?.min(self.provider.contract().call_limit()))
    }

    async fn send_once(&self, ctx: &StepCtx, kind: NoticeKind, total: Money) -> Result<Sent, StepError> {
        match self.found_after_the_key(ctx, kind).await? {
            Some(sent) => Ok(sent),
            None => self.send(ctx, kind, total).await,
        }
    }

    async fn send(&self, ctx: &StepCtx, kind: NoticeKind, total: Money) -> Result<Sent, StepError> {
        let customer = self.customer(ctx).await?;
        let order = ctx.saga();
        let (purpose, subject, text) = match kind {
            NoticeKind::OrderConfirmed => (
                "confirmation",
                format!("Your order {order}"),
                format!("Thank you for your order {order}. We have received your payment of {total}.\n"),
            ),
            NoticeKind::Correction => (
                "correction",
                format!("Your order {order} was cancelled"),
                format!(
                    "We are sorry: your order {order} could not be completed. Whatever you paid for it is returned.\n"
                ),
            ),
        };
        let limit = self.limit(ctx)?;
        let notice = Notice {
            reference: order.to_string(),
            kind,
            to: Recipient { email: customer.email, phone: customer.phone },
            subject,
            text,
            at: ctx.first_started(),
        };
        let sent = self.provider.send(&Call { key: ctx.key(purpose), limit }, &notice).await;
        sent.map_err(|error| provider_error::of_effect(&error))
    }
}

impl SagaStep for Notify {
    const NAME: &'static str = "notify";
    const COMPENSATION: &'static str = "send_correction";
    const POLICY: StepPolicy = StepPolicy { calls: 2, ..StepPolicy::BEST_EFFORT };
    type Input = NotifyInput;
    type Output = NotifyOutput;

    async fn execute(&self, ctx: &StepCtx, input: NotifyInput) -> Result<NotifyOutput, StepError> {
        let sent = self.send_once(ctx, NoticeKind::OrderConfirmed, input.total).await?;
        Ok(NotifyOutput { message: sent.id })
    }

    async fn compensate(
        &self,
        ctx: &StepCtx,
        input: NotifyInput,
        _: Option<NotifyOutput>,
    ) -> Result<Compensated, StepError> {
        if !ctx.effect_possible() {
            return Ok(Compensated::NothingHappened);
        }
        self.send_once(ctx, NoticeKind::Correction, input.total).await?;
        Ok(Compensated::Undone)
    }
}
