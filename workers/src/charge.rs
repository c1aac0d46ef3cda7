//! `charge`: takes the frozen total, once. Undone, nothing is taken on balance.
//!
//! The payment object is made first, without effect, and its id is recorded before money can move. So an undo never
//! searches: without a recorded id nothing was captured and nothing can be, and with one it drives that object to a
//! final state in which no late capture succeeds.

use std::sync::Arc;
use std::time::Duration;

use amends_adapters::Call;
use amends_adapters::payment::{Payment, PaymentId, PaymentMethod, PaymentRequest, PaymentStatus, Reversed};
use amends_saga::{Backoff, Compensated, SagaStep, StepCtx, StepError, StepPolicy};
use amends_types::{Money, Personal};
use serde::{Deserialize, Serialize};

use crate::provider_error;

/// The kind of object that the ledger row remembers.
const PAYMENT: &str = "payment";

/// The step.
pub struct Charge {
    provider: Arc<dyn Payment>,
}

/// What to take, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeInput {
    /// The frozen total.
    pub amount: Money,
    /// The payment provider's token.
    pub payment_method: Personal<String>,
}

/// What was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeOutput {
    /// The provider's payment; none for an order that costs nothing.
    pub payment: Option<PaymentId>,
    /// How much.
    pub captured: Money,
}

impl Charge {
    /// A step that charges through `provider`.
    ///
    /// # Panics
    /// When the provider settles later than the step's policy waits.
    pub fn new(provider: Arc<dyn Payment>) -> Self {
        assert!(provider.contract().settle_seconds <= Self::POLICY.settle_seconds, "charge must wait longer");
        Self { provider }
    }

    fn call(&self, ctx: &StepCtx, purpose: &str) -> Result<Call, StepError> {
        Ok(Call { key: ctx.key(purpose), limit: self.limit(ctx)? })
    }

    fn limit(&self, ctx: &StepCtx) -> Result<Duration, StepError> {
        Ok(ctx.call_limit()?.min(self.provider.contract().call_limit()))
    }

    async fn status(&self, ctx: &StepCtx, payment: &PaymentId) -> Result<PaymentStatus, StepError> {
        let status = self.provider.status(self.limit(ctx)?, payment).await;
        status.map_err(|error| provider_error::of_preparation(&error))
    }

    /// Whether an earlier attempt may have acted under a key that the provider has forgotten.
    fn is_key_forgotten(&self, ctx: &StepCtx) -> bool {
        ctx.effect_possible() && !self.provider.contract().remembers(ctx.age())
    }

    /// Whether an earlier attempt took the money, once the provider has forgotten its key. The payment's own state forbids
    /// a second capture; but the answer to that is a no, and would undo an order that is paid.
    async fn was_captured_before(&self, ctx: &StepCtx, amount: Money) -> Result<bool, StepError> {
        let Some(id) = ctx.object(PAYMENT).filter(|_| self.is_key_forgotten(ctx)) else { return Ok(false) };
        Ok(self.status(ctx, &PaymentId::new(id)).await? == PaymentStatus::Captured { amount })
    }

    /// The payment object. Made again with the same key it is the same one, so that a payment which the ledger has
    /// forgotten is found; once the provider has forgotten the key it would be a second one.
    async fn payment(&self, ctx: &StepCtx, input: ChargeInput) -> Result<PaymentId, StepError> {
        if let Some(id) = ctx.object(PAYMENT) {
            return Ok(PaymentId::new(id));
        }
        if ctx.recovered() && self.is_key_forgotten(ctx) {
            let reason = "there may be a payment that the ledger has forgotten, and the provider has forgotten its key";
            return Err(StepError::Rejected(reason.into()));
        }
        let request = PaymentRequest {
            reference: ctx.saga().to_string(),
            amount: input.amount,
            payment_method: PaymentMethod::new(input.payment_method.expose()),
        };
        let prepared = self.provider.prepare(&self.call(ctx, "prepare")?, &request).await;
        let id = prepared.map_err(|error| provider_error::of_preparation(&error))?;
        // Invariant: no money moves before the id of the payment is durable.
        ctx.record_object(PAYMENT, id.as_str()).await?;
        Ok(id)
    }
}

impl SagaStep for Charge {
    const NAME: &'static str = "charge";
    const COMPENSATION: &'static str = "refund";
    /// Waits minutes for a provider that is down, because the customer would rather pay late than order again.
    const POLICY: StepPolicy = StepPolicy {
        calls: 2,
        retries: Backoff { interval_seconds: 1, rate_tenths: 20, max_delay_seconds: 60, attempts: 10 },
        ..StepPolicy::REQUIRED
    };
    type Input = ChargeInput;
    type Output = ChargeOutput;

    async fn execute(&self, ctx: &StepCtx, input: ChargeInput) -> Result<ChargeOutput, StepError> {
        let amount = input.amount;
        if amount.minor == 0 {
            return Ok(ChargeOutput { payment: None, captured: amount });
        }
        if self.was_captured_before(ctx, amount).await? {
            return Ok(ChargeOutput { payment: ctx.object(PAYMENT).map(PaymentId::new), captured: amount });
        }
        let payment = self.payment(ctx, input).await?;
        let captured = self.provider.capture(&self.call(ctx, "capture")?, &payment, amount).await;
        let captured = captured.map_err(|error| provider_error::of_effect(&error))?;
        Ok(ChargeOutput { payment: Some(payment), captured: captured.amount })
    }

    async fn compensate(
        &self,
        ctx: &StepCtx,
        input: ChargeInput,
        _: Option<ChargeOutput>,
    ) -> Result<Compensated, StepError> {
        // The ledger keeps the id even when the attempt that captured never answered.
        let payment = match ctx.object(PAYMENT) {
            Some(id) => PaymentId::new(id),
            None if ctx.recovered() && input.amount.minor != 0 => self.payment(ctx, input).await?,
            None => return Ok(Compensated::NothingHappened),
        };
        let reversed = self.provider.reverse(&self.call(ctx, "reverse")?, &payment).await;
        match reversed.map_err(|error| provider_error::of_effect(&error))? {
            Reversed::Canceled => Ok(Compensated::NothingHappened),
            Reversed::Refunded { .. } | Reversed::AlreadyReversed => Ok(Compensated::Undone),
        }
    }

    async fn still_stands(
        &self,
        ctx: &StepCtx,
        _: ChargeInput,
        output: ChargeOutput,
    ) -> Result<bool, StepError> {
        let Some(payment) = output.payment else { return Ok(true) };
        Ok(self.status(ctx, &payment).await? == PaymentStatus::Captured { amount: output.captured })
    }
}
