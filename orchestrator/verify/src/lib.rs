//! Verification: what must be true of sagas at rest, checked on the store and the providers' books.
//!
//! Each invariant is a small file with its sentence. An audit streams over all sagas, so that its memory does not
//! grow with their number.

mod audit;
mod effect;
mod evidence;
mod invariants;
mod report;
#[cfg(test)]
mod sound;

pub use audit::{AuditError, audit};
pub use effect::{BookEffect, Direction};
pub use evidence::Evidence;
pub use invariants::{INVARIANTS, Invariant};
pub use report::{Checked, Report, Violation};
