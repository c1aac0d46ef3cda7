//! Harnesses with one rule less.

pub(super) mod begin;
pub(super) mod leases;
mod made;
pub(super) mod undo;
pub(super) mod verdict;

use made::harness;
