//! What only a real server shows: races of connections, lost commits, restarts, a pool that is full.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod commits;
mod errors;
mod proxy;
mod races;
mod replica;
mod restart;
mod shop;
