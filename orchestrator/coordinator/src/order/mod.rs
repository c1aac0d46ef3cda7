//! An order as it arrives: read strictly, and checked against everything that does not need the catalogue.

mod fields;
mod json;
mod read;

pub use read::{InvalidOrder, NewOrder};
