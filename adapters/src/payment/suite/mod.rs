//! The behaviour that every payment provider is held to.
//!
//! Each case is the sentence of one bullet in the trait's documentation. A bench brings the provider, test data for
//! every situation, and the provider's own books: what it answered is never taken for what it did.

mod bench;
pub(crate) mod capture;
mod case;
mod cases;
pub(crate) mod prepare;
pub(crate) mod reverse;
pub(crate) mod status;

pub(crate) use bench::{Balance, PaymentBench, Situation};
use case::{Case, PRICE, REFERENCE};
pub(crate) use cases::payment_cases;
