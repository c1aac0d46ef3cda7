//! Machines that are wrong: the generated files with one thing changed.
//!
//! Much that is wrong with a machine harms nobody: the ledger decides what may be done, and the sweeper ends what an
//! execution left open. What is here is what can be seen all the same.

pub(super) mod catch;
pub(super) mod chain;
mod edit;
pub(super) mod limits;
pub(super) mod payload;
pub(super) mod retry;
