//! Tidy: the rules of this repository that a compiler does not know, as a test.
//!
//! `cargo test -p amends-tidy` holds every tracked file against every check. A check is one file in `checks/`: its
//! rule as a sentence, how to find what breaks it, and tests in which small files break it. What may break a rule
//! for now is listed with a reason in `exceptions.toml`, and an entry that is no longer needed fails as well.

mod check;
mod checks;
mod exceptions;
#[cfg(test)]
mod expect;
mod finding;
mod lockfile;
mod manifest;
mod registry;
mod repository;
mod tokens;

pub use check::Check;
pub use exceptions::{Exceptions, ExceptionsError};
pub use finding::Finding;
pub use registry::CHECKS;
pub use repository::{File, Repository, RepositoryError};
