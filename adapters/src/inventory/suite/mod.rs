//! The behaviour that every inventory provider is held to.
//!
//! Each case is the sentence of one bullet in the trait's documentation. A bench brings the provider, test data for
//! every situation, and the provider's own books: what it answered is never taken for what it did.

mod bench;
mod case;
mod cases;
pub(crate) mod find;
pub(crate) mod revert;
pub(crate) mod sync;

pub(crate) use bench::{InventoryBench, Records, Situation};
use case::Case;
pub(crate) use cases::inventory_cases;
