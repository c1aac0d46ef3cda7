//! The `amends` binary, used as a person uses it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod kill;
mod lambda;
mod look;
mod run;
mod shop;
mod verify;
