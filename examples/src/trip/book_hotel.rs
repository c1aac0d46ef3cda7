//! `book_hotel`: the second step. Undone, the hotel is cancelled.

use std::sync::Arc;

use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};

use super::{BookingSystem, Trip, book_once};

/// The step.
pub struct BookHotel(pub Arc<dyn BookingSystem>);

impl SagaStep for BookHotel {
    const NAME: &'static str = "book_hotel";
    const COMPENSATION: &'static str = "cancel_hotel";
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
