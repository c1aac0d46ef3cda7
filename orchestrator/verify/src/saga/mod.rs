//! Fault exploration for a saga of anybody's own, from `cargo test`.
//!
//! Write down how the saga is built on stub providers ([`crate::stub`]), and with what it begins. [`Explore`] then makes
//! every run in which up to so many things go wrong (replies and requests lost, a provider that is down or late, workers
//! that die, hang or stand still, tasks delivered twice, the process killed, the power lost, executions stopped and
//! swept), brings each to rest, and holds it against every invariant.
//!
//! ```
//! use std::sync::Arc;
//!
//! use amends_harness::Saga;
//! use amends_saga::{Compensated, SagaStep, StepCtx, StepError, StepPolicy};
//! use amends_verify::saga::Explore;
//! use amends_verify::stub::{Call, Reversed, StubProvider};
//! use serde_json::json;
//!
//! /// The step, on the trait of its provider.
//! struct BookFlight(Arc<dyn Airline>);
//!
//! # #[async_trait::async_trait]
//! trait Airline: Send + Sync {
//!     async fn book(&self, ctx: &StepCtx, traveller: &str) -> Result<String, StepError>;
//!     async fn find(&self, ctx: &StepCtx) -> Result<Option<String>, StepError>;
//!     async fn cancel(&self, ctx: &StepCtx) -> Result<Compensated, StepError>;
//! }
//!
//! impl SagaStep for BookFlight {
//!     const NAME: &'static str = "book_flight";
//!     const COMPENSATION: &'static str = "cancel_flight";
//!     const POLICY: StepPolicy = StepPolicy { calls: 2, ..StepPolicy::REQUIRED };
//!     type Input = String;
//!     type Output = String;
//!
//!     async fn execute(&self, ctx: &StepCtx, traveller: String) -> Result<String, StepError> {
//!         // The airline may have forgotten the key of an earlier attempt by now, but not its booking.
//!         if ctx.effect_possible() && let Some(booking) = self.0.find(ctx).await? {
//!             return Ok(booking);
//!         }
//!         self.0.book(ctx, &traveller).await
//!     }
//!
//!     async fn compensate(
//!         &self,
//!         ctx: &StepCtx,
//!         _: String,
//!         _: Option<String>,
//!     ) -> Result<Compensated, StepError> {
//!         self.0.cancel(ctx).await
//!     }
//! }
//!
//! /// The same trait on a stub.
//! struct StubAirline(StubProvider);
//!
//! # #[async_trait::async_trait]
//! impl Airline for StubAirline {
//!     async fn book(&self, ctx: &StepCtx, traveller: &str) -> Result<String, StepError> {
//!         let (reference, key) = (ctx.saga().as_str(), ctx.key("book"));
//!         Ok(self.0.apply(Call { reference, key, body: json!({ "traveller": traveller }) }).await?.id)
//!     }
//!
//!     async fn find(&self, ctx: &StepCtx) -> Result<Option<String>, StepError> {
//!         Ok(self.0.find(ctx.saga().as_str()).await?)
//!     }
//!
//!     async fn cancel(&self, ctx: &StepCtx) -> Result<Compensated, StepError> {
//!         let (reference, key) = (ctx.saga().as_str(), ctx.key("cancel"));
//!         Ok(match self.0.reverse(Call { reference, key, body: json!({}) }).await? {
//!             Reversed::Now | Reversed::Before => Compensated::Undone,
//!             Reversed::NothingFound => Compensated::NothingFound,
//!         })
//!     }
//! }
//!
//! // In a test:
//! Explore::new("flight", |stubs| {
//!     let airline = Arc::new(StubAirline(stubs.provider::<BookFlight>()));
//!     Saga::builder("flight").step(BookFlight(airline), |sources| sources.input()).build()
//! })
//! .input(json!("ada"))
//! .assert_sound();
//! ```

mod explore;
mod scenario;

pub use explore::Explore;
