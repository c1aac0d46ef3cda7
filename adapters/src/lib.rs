//! Adapters: one trait for each kind of provider, and one file for each provider of that kind.
//!
//! An adapter translates and does nothing else. It never retries, caches, reads a clock or draws a random number,
//! and it does not know what a saga is: it is given a reference, a key, typed data and a time limit, and answers
//! done, proven not done, or unknown. Whoever calls decides what follows from that.
//!
//! A new provider is one file beside its trait and one row of the registry; the row alone runs the trait's whole
//! behaviour suite against it.

pub mod books;
mod call;
mod contract;
mod error;
pub mod inventory;
mod kind;
pub mod notification;
pub mod payment;
pub mod registry;
pub mod sandbox;
#[cfg(test)]
mod suite;

pub use call::Call;
pub use contract::{BodyRule, Contract, InUse, KeyScope, Lookup};
pub use error::{Code, Effect, ProviderError, Retry};
pub use kind::ProviderKind;
