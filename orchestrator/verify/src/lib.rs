//! Verification: what must be true of sagas at rest, checked on the store and the providers' books.
//!
//! Each invariant is a small file with its sentence. An audit streams over all sagas, so that its memory does not
//! grow with their number.

mod audit;
mod effect;
mod evidence;
pub mod explore;
mod invariants;
mod lens;
pub mod mutants;
pub mod order;
mod report;
pub mod saga;
#[cfg(test)]
mod sound;
pub mod stub;
mod tweaks;
mod way;

pub use audit::{AuditError, audit};
pub use effect::{BookEffect, Direction};
pub use evidence::Evidence;
pub use invariants::{INVARIANTS, Invariant};
pub use report::{Checked, Report, Violation};
