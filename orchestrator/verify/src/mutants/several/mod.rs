//! Several coordinators or engines on one store, with one rule less.

pub(in crate::mutants) mod claims;
pub(in crate::mutants) mod lost_engine;
mod made;
