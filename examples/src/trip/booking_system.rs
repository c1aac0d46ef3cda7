//! Somebody else's booking system, as the steps see it.

use amends_saga::{Compensated, StepCtx, StepError};
use amends_types::{IdempotencyKey, SagaId};
use async_trait::async_trait;

use super::Trip;

/// Books places and cancels them. Each call may fail, and says in its error whether it may have been served.
#[async_trait]
pub trait BookingSystem: Send + Sync {
    /// Books a place for a trip, and answers its number. A repeat with the same key answers the same booking, as long
    /// as the system remembers the key.
    async fn book(&self, trip: &SagaId, key: IdempotencyKey, traveller: &str) -> Result<String, StepError>;

    /// The number of the place that is booked for a trip.
    async fn find(&self, trip: &SagaId) -> Result<Option<String>, StepError>;

    /// Cancels what is booked for a trip. That nothing is found may mean that the booking is still on its way.
    async fn cancel(&self, trip: &SagaId, key: IdempotencyKey) -> Result<Compensated, StepError>;
}

/// Books a place for the saga, once. A system forgets keys sooner than bookings: where an earlier attempt may have
/// booked, it is asked first.
///
/// # Errors
/// As the system's calls.
pub async fn book_once(system: &dyn BookingSystem, ctx: &StepCtx, trip: &Trip) -> Result<String, StepError> {
    if ctx.effect_possible()
        && let Some(booking) = system.find(ctx.saga()).await?
    {
        return Ok(booking);
    }
    // Between two calls the lease may have run short.
    ctx.call_limit()?;
    system.book(ctx.saga(), ctx.key("book"), &trip.traveller).await
}
