//! Examples of what is built with the library.
//!
//! [`trip`] is a saga: its steps, the trait through which they reach a booking system, and one such system. The program
//! `trip` runs it on an engine, and `tests/trip.rs` shows that it is sound whatever goes wrong.

pub mod trip;
