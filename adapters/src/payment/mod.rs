//! Payment: taking money, and giving it back.
//!
//! A payment object is made first, without effect, and its id recorded; only then is money moved on it. Whatever
//! becomes of the reply, the undo has an id to drive to a final state.

mod ask;
mod provider;
mod request;
pub(crate) mod sandbox;
#[cfg(test)]
pub(crate) mod suite;
mod test_method;

pub(crate) use ask::PaymentAsk;
pub use provider::Payment;
pub use request::{Captured, PaymentId, PaymentMethod, PaymentRequest, PaymentStatus, Reversed};
pub use sandbox::SandboxPayment;
