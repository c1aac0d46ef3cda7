//! The trip, with everything that can go wrong.

use std::sync::Arc;

use amends_examples::trip::{BookFlight, BookHotel, BookingSystem, Trip, trip};
use amends_harness::Saga;
use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};
use amends_types::{IdempotencyKey, SagaId};
use amends_verify::saga::Explore;
use amends_verify::stub::{Call, Reversed, StubProvider, Stubs};
use async_trait::async_trait;
use serde_json::json;

/// A booking system of which every call may go wrong.
struct StubSystem(StubProvider);

#[async_trait]
impl BookingSystem for StubSystem {
    async fn book(&self, trip: &SagaId, key: IdempotencyKey, traveller: &str) -> Result<String, StepError> {
        let body = json!({ "traveller": traveller });
        Ok(self.0.apply(Call { reference: trip.as_str(), key, body }).await?.id)
    }

    async fn find(&self, trip: &SagaId) -> Result<Option<String>, StepError> {
        Ok(self.0.find(trip.as_str()).await?)
    }

    async fn cancel(&self, trip: &SagaId, key: IdempotencyKey) -> Result<Compensated, StepError> {
        let call = Call { reference: trip.as_str(), key, body: json!({}) };
        Ok(match self.0.reverse(call).await? {
            Reversed::Now | Reversed::Before => Compensated::Undone,
            Reversed::NothingFound => Compensated::NothingFound,
        })
    }
}

fn flights(stubs: &Stubs) -> Arc<dyn BookingSystem> {
    Arc::new(StubSystem(stubs.provider::<BookFlight>()))
}

fn hotels(stubs: &Stubs) -> Arc<dyn BookingSystem> {
    Arc::new(StubSystem(stubs.provider::<BookHotel>()))
}

#[test]
fn the_trip_is_sound() {
    Explore::new("trip", |stubs| trip(flights(stubs), hotels(stubs)))
        .input(json!({ "traveller": "ada" }))
        .faults(2)
        .assert_sound();
}

#[test]
fn two_trips_and_one_place_in_the_hotel_are_sound() {
    let last_place = |stubs: &Stubs| {
        let hotels = StubSystem(stubs.provider::<BookHotel>().with_places(1));
        trip(flights(stubs), Arc::new(hotels))
    };
    Explore::new("trip", last_place)
        .input(json!({ "traveller": "ada" }))
        .input(json!({ "traveller": "grace" }))
        .assert_sound();
}

/// The flight as one writes it first: what was never reported has not happened.
struct FirstFlight(Arc<dyn BookingSystem>);

impl SagaStep for FirstFlight {
    const NAME: &'static str = BookFlight::NAME;
    const COMPENSATION: &'static str = BookFlight::COMPENSATION;
    const POLICY: StepPolicy = BookFlight::POLICY;
    type Input = Trip;
    type Output = String;

    async fn execute(&self, ctx: &StepCtx, trip: Trip) -> Result<String, StepError> {
        self.0.book(ctx.saga(), ctx.key("book"), &trip.traveller).await
    }

    async fn compensate(
        &self,
        ctx: &StepCtx,
        _: Trip,
        booking: Option<String>,
    ) -> Result<Compensated, StepError> {
        match booking {
            Some(_) => self.0.cancel(ctx.saga(), ctx.key("cancel")).await,
            None => Ok(Compensated::NothingHappened),
        }
    }
}

#[test]
fn a_trip_that_forgets_a_lost_reply_is_found_out() {
    let explore = Explore::new("trip", |stubs| {
        Saga::builder("trip")
            .step(FirstFlight(flights(stubs)), |sources| sources.input())
            .step(BookHotel(hotels(stubs)), |sources| sources.input())
            .build()
    });
    let example = explore.input(json!({ "traveller": "ada" })).find().expect("a booking is left behind");
    // The airline books, and answers 500 to this and to every repeat of it.
    assert_eq!(example.schedule.to_string(), "book_flight.execute.1/book_flight.1=cached_error");
    assert_eq!(example.broken[0].invariant, "S2");
    assert_eq!(example.broken[0].what, "compensated, but the effect of book_flight is left");
}

/// The flight as one writes it then: it cancels whatever there is, and books under the same key at every attempt.
struct SecondFlight(Arc<dyn BookingSystem>);

impl SagaStep for SecondFlight {
    const NAME: &'static str = BookFlight::NAME;
    const COMPENSATION: &'static str = BookFlight::COMPENSATION;
    const POLICY: StepPolicy = BookFlight::POLICY;
    type Input = Trip;
    type Output = String;

    async fn execute(&self, ctx: &StepCtx, trip: Trip) -> Result<String, StepError> {
        self.0.book(ctx.saga(), ctx.key("book"), &trip.traveller).await
    }

    async fn compensate(&self, ctx: &StepCtx, _: Trip, _: Option<String>) -> Result<Compensated, StepError> {
        self.0.cancel(ctx.saga(), ctx.key("cancel")).await
    }
}

#[test]
fn a_trip_that_relies_on_a_key_for_more_than_a_day_is_found_out() {
    let explore = Explore::new("trip", |stubs| {
        Saga::builder("trip")
            .step(SecondFlight(flights(stubs)), |sources| sources.input())
            .step(BookHotel(hotels(stubs)), |sources| sources.input())
            .build()
    });
    let example = explore.input(json!({ "traveller": "ada" })).find().expect("a flight is booked twice");
    // The airline books; before that is written down, we are down until it has forgotten the key.
    assert_eq!(example.schedule.to_string(), "book_flight.execute.1/write.2=down_for_a_day");
    assert_eq!(example.broken[0].invariant, "S3");
    assert_eq!(example.broken[0].what, "book_flight 2 times");
}
