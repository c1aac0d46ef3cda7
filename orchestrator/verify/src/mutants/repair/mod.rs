//! Decisions of people about stuck sagas, and what comes of them, with one rule less.

pub(in crate::mutants) mod decisions;
mod made;
pub(in crate::mutants) mod retry;
pub(in crate::mutants) mod unwind;
