//! The audit end to end: over sagas that really ran, and over stores and books with something wrong in them.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod shop;

mod damage;
mod endings;
mod pages;
