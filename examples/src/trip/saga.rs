//! The trip: its steps in order, and what each of them works on.

use std::sync::Arc;

use amends_harness::Saga;
use serde::{Deserialize, Serialize};

use super::{BookFlight, BookHotel, BookingSystem};

/// What a trip is started with, and what each of its steps works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trip {
    /// Who travels.
    pub traveller: String,
}

/// The saga.
pub fn trip(flights: Arc<dyn BookingSystem>, hotels: Arc<dyn BookingSystem>) -> Saga {
    Saga::builder("trip")
        .step(BookFlight(flights), |sources| sources.input())
        .step(BookHotel(hotels), |sources| sources.input())
        .build()
}
