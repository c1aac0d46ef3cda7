//! The behaviour that every notification provider is held to.
//!
//! Each case is the sentence of one bullet in the trait's documentation. A bench brings the provider, recipients for
//! every situation, and a look at what was really delivered.

mod bench;
mod case;
mod cases;
pub(crate) mod lookup;
pub(crate) mod send;

pub(crate) use bench::{NotificationBench, Situation};
use case::Case;
pub(crate) use cases::notification_cases;
