//! The coordinator over a store in memory and the real engine, in one thread and without waiting.
//!
//! Each file is one concept, and each test a sentence about it. Requests and replies are lost where a test says so:
//! between coordinator and Step Functions (`wire`), between engine and worker (`worker`), and between a step and its
//! provider (`provider`).

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod provider;
mod trip_saga;
mod wire;
mod worker;
mod world;

mod adopt;
mod announce;
mod cancel;
mod deadlines;
mod embedded;
mod execution;
mod intake;
mod order;
mod owed;
mod prune;
mod relay;
mod repair;
mod restored;
mod stop;
mod stopped_anywhere;
mod sweeper;
mod unwinds;
