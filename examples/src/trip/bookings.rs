//! A booking system in memory. It answers every call, and never forgets a key.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use amends_saga::{Compensated, StepError};
use amends_types::{IdempotencyKey, SagaId};
use async_trait::async_trait;

use super::BookingSystem;

/// The system.
pub struct Bookings {
    places: usize,
    booked: Mutex<BTreeMap<SagaId, Booking>>,
}

struct Booking {
    number: String,
    is_cancelled: bool,
}

impl Bookings {
    /// A system with so many places.
    pub fn with_places(places: usize) -> Self {
        Self { places, booked: Mutex::default() }
    }

    /// How many places are still free.
    pub fn free(&self) -> usize {
        self.free_of(&self.booked())
    }

    fn free_of(&self, booked: &BTreeMap<SagaId, Booking>) -> usize {
        self.places - booked.values().filter(|booking| !booking.is_cancelled).count()
    }

    fn booked(&self) -> MutexGuard<'_, BTreeMap<SagaId, Booking>> {
        self.booked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl BookingSystem for Bookings {
    async fn book(&self, trip: &SagaId, _: IdempotencyKey, traveller: &str) -> Result<String, StepError> {
        let mut booked = self.booked();
        // A trip is booked under one key only, so the trip is as good as the key.
        if let Some(booking) = booked.get(trip) {
            return Ok(booking.number.clone());
        }
        if self.free_of(&booked) == 0 {
            return Err(StepError::Rejected("fully booked".into()));
        }
        let number = format!("booking-{}-for-{traveller}", booked.len() + 1);
        booked.insert(trip.clone(), Booking { number: number.clone(), is_cancelled: false });
        Ok(number)
    }

    async fn find(&self, trip: &SagaId) -> Result<Option<String>, StepError> {
        let booked = self.booked();
        let booking = booked.get(trip).filter(|booking| !booking.is_cancelled);
        Ok(booking.map(|booking| booking.number.clone()))
    }

    async fn cancel(&self, trip: &SagaId, _: IdempotencyKey) -> Result<Compensated, StepError> {
        let mut booked = self.booked();
        let Some(booking) = booked.get_mut(trip) else { return Ok(Compensated::NothingFound) };
        booking.is_cancelled = true;
        Ok(Compensated::Undone)
    }
}
