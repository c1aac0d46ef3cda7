//! The state machines in `state-machines/`: what is committed is what the saga's definition generates.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod bounds;
mod files;
mod validators;
