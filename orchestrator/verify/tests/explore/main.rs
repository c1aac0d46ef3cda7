//! Fault exploration of the order saga, and of what is wrong on purpose.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod mutants;
mod needs;
mod order_saga;
mod panics;
mod reductions;
mod search;
mod small;
