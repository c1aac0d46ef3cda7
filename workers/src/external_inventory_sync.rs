//! `external_inventory_sync`: tells the external inventory system what was sold. Undone, the record is taken back.
//!
//! The last required step: recording it as done commits the saga.

use std::sync::Arc;
use std::time::Duration;

use amends_adapters::inventory::{Inventory, Reverted, SyncLine, SyncRequest};
use amends_adapters::{Call, Lookup};
use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};
use amends_store::PricedLine;
use serde::{Deserialize, Serialize};

use crate::provider_error;

/// The step.
pub struct ExternalInventorySync {
    provider: Arc<dyn Inventory>,
}

/// What was sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncInput {
    /// The lines of the order.
    pub lines: Vec<SyncLine>,
}

impl SyncInput {
    /// The lines of an order, without their prices.
    pub fn of(order: &[PricedLine]) -> Self {
        let lines = order.iter();
        Self {
            lines: lines.map(|line| SyncLine { sku: line.sku.clone(), quantity: line.quantity }).collect(),
        }
    }
}

/// What the provider recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncOutput {
    /// The provider's id of the record.
    pub receipt: String,
}

impl ExternalInventorySync {
    /// A step that reports to `provider`.
    ///
    /// # Panics
    /// When the provider settles later than the step's policy waits.
    pub fn new(provider: Arc<dyn Inventory>) -> Self {
        let settles_in_time = provider.contract().settle_seconds <= Self::POLICY.settle_seconds;
        assert!(settles_in_time, "external_inventory_sync must wait longer");
        Self { provider }
    }

    fn call(&self, ctx: &StepCtx, purpose: &str) -> Result<Call, StepError> {
        Ok(Call { key: ctx.key(purpose), limit: self.limit(ctx)? })
    }

    fn limit(&self, ctx: &StepCtx) -> Result<Duration, StepError> {
        Ok(ctx.call_limit()?.min(self.provider.contract().call_limit()))
    }

    /// What an earlier attempt left behind, once the provider has forgotten its key: a repeat would be a second sync,
    /// so the provider is asked (S13).
    async fn found_after_the_key(&self, ctx: &StepCtx) -> Result<Option<String>, StepError> {
        if !ctx.effect_possible() || self.provider.contract().remembers(ctx.age()) {
            return Ok(None);
        }
        self.found(ctx).await
    }

    async fn found(&self, ctx: &StepCtx) -> Result<Option<String>, StepError> {
        if self.provider.contract().lookup != Lookup::Consistent {
            let reason = "an earlier attempt may have acted, and the provider cannot be asked about it";
            return Err(StepError::Rejected(reason.into()));
        }
        let found = self.provider.find(self.limit(ctx)?, ctx.saga().as_str()).await;
        let found = found.map_err(|error| provider_error::of_preparation(&error))?;
        Ok(found.map(|receipt| receipt.id))
    }
}

impl SagaStep for ExternalInventorySync {
    const NAME: &'static str = "external_inventory_sync";
    const COMPENSATION: &'static str = "revert_inventory_sync";
    const POLICY: StepPolicy = StepPolicy { calls: 2, ..StepPolicy::REQUIRED };
    type Input = SyncInput;
    type Output = SyncOutput;

    async fn execute(&self, ctx: &StepCtx, input: SyncInput) -> Result<SyncOutput, StepError> {
        if let Some(receipt) = self.found_after_the_key(ctx).await? {
            return Ok(SyncOutput { receipt });
        }
        let request = SyncRequest { reference: ctx.saga().to_string(), lines: input.lines };
        let receipt = self.provider.sync(&self.call(ctx, "sync")?, &request).await;
        let receipt = receipt.map_err(|error| provider_error::of_effect(&error))?;
        // What a repeat answers may have been taken back since.
        if ctx.recovered() && self.found(ctx).await?.is_none() {
            return Err(StepError::Rejected("the sync was reverted after the backup".into()));
        }
        Ok(SyncOutput { receipt: receipt.id })
    }

    async fn compensate(
        &self,
        ctx: &StepCtx,
        _: SyncInput,
        _: Option<SyncOutput>,
    ) -> Result<Compensated, StepError> {
        if !ctx.effect_possible() {
            return Ok(Compensated::NothingHappened);
        }
        let reverted = self.provider.revert(&self.call(ctx, "revert")?, ctx.saga().as_str()).await;
        match reverted.map_err(|error| provider_error::of_effect(&error))? {
            Reverted::Reverted | Reverted::AlreadyReverted => Ok(Compensated::Undone),
            Reverted::NothingFound => Ok(Compensated::NothingFound),
        }
    }
}
