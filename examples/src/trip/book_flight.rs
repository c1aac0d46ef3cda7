//! `book_flight`: the first step. Undone, the flight is cancelled.

use std::sync::Arc;

use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};

use super::{BookingSystem, Trip, book_once};

/// The step.
pub struct BookFlight(pub Arc<dyn BookingSystem>);

impl SagaStep for BookFlight {
    const NAME: &'static str = "book_flight";
    const COMPENSATION: &'static str = "cancel_flight";
    const POLICY: StepPolicy = StepPolicy { calls: 2, ..StepPolicy::REQUIRED };
    type Input = Trip;
    type Output = String;

    async fn execute(&self, ctx: &StepCtx, trip: Trip) -> Result<String, StepError> {
        book_once(&*self.0, ctx, &trip).await
    }

    async fn compensate(&self, ctx: &StepCtx, _: Trip, _: Option<String>) -> Result<Compensated, StepError> {
        self.0.cancel(ctx.saga(), ctx.key("cancel")).await
    }
}
