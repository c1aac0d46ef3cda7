//! The saga of these tests: `book → tell → pay`. `tell` is best effort, and `pay` is the commit point.

use std::sync::Arc;

use amends_harness::Saga;
use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};

use crate::provider::Provider;

macro_rules! step {
    ($type:ident, $name:literal, $compensation:literal, $policy:ident) => {
        struct $type(Arc<Provider>);
        impl SagaStep for $type {
            const NAME: &'static str = $name;
            const COMPENSATION: &'static str = $compensation;
            const POLICY: StepPolicy = StepPolicy::$policy;
            type Input = ();
            type Output = ();
            async fn execute(&self, ctx: &StepCtx, (): ()) -> Result<(), StepError> {
                self.0.execute(Self::NAME, ctx).await
            }
            async fn compensate(
                &self,
                ctx: &StepCtx,
                (): (),
                _: Option<()>,
            ) -> Result<Compensated, StepError> {
                self.0.compensate(Self::NAME, ctx).await
            }
            async fn still_stands(&self, _: &StepCtx, (): (), (): ()) -> Result<bool, StepError> {
                Ok(true)
            }
        }
    };
}
step!(Book, "book", "cancel_booking", REQUIRED);
step!(Tell, "tell", "take_back", BEST_EFFORT);
step!(Pay, "pay", "refund", REQUIRED);

pub(crate) fn trip_saga(provider: &Arc<Provider>) -> Saga {
    Saga::builder("trip")
        .step(Book(provider.clone()), |_| Ok(()))
        .step(Tell(provider.clone()), |_| Ok(()))
        .step(Pay(provider.clone()), |_| Ok(()))
        .build()
}
