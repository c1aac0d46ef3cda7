//! Stub providers: what a step's provider trait is implemented on in a test.
//!
//! A stub knows nothing of flights or payments. It has an effect for a saga, once for each key, and takes it back, once.
//! It is as strict as a real provider may be, and every call of it can go wrong in every way in which a call can.
//!
//! What it promises, whatever the calls are:
//! - A request with a key that it knows is answered with the effect that the key had; with another body it is refused.
//! - A request with a key whose first request is still on its way is refused: the key is in use.
//! - A key is forgotten after [`StubProvider::KEY_WINDOW`]; then the same request is a new one.
//! - An effect is taken back once, under whatever keys that is asked. Nothing is remembered of a request that changed
//!   nothing, so an apply that arrives after a reverse that found nothing has its effect: that is what a step's settle
//!   time is for.
//! - What is late arrives within [`StubProvider::SETTLE`] after it was sent.
//! - Its books forget nothing, and the process that dies is not its own.

mod books;
mod call;
mod error;
mod provider;
mod stubs;
#[cfg(test)]
mod tests;

pub(crate) use books::Books;
pub use call::{Call, Receipt, Reversed};
pub use error::StubError;
pub use provider::StubProvider;
pub use stubs::Stubs;
