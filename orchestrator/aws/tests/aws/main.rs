//! The SDK's clients against servers: our own engine over the wire, and an emulator that somebody else wrote.

#![allow(clippy::unwrap_used)]

mod engine;
mod moto;
mod sqs;
mod step_functions;
