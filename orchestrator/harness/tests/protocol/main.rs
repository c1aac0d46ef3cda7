//! The saga protocol, rule by rule, in a small world that runs without threads, time or chance.
//!
//! Each file is one concept, and each test a sentence about it. A provider keeps books of its own and does what a
//! script says, an attempt can be suspended in the middle while another runs, and time passes only when a test lets
//! it. Dropping a suspended attempt is a worker that was killed.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod clock;
mod demo_saga;
mod hooked_store;
mod provider;
mod world;

mod cancel;
mod commit;
mod compensate;
mod deadline;
mod doubt;
mod errors;
mod execute;
mod keys;
mod lease;
mod local;
mod objects;
mod owed;
mod park;
mod recovered;
mod repair;
mod restart;
mod settle;
mod settle_time;
mod tombstone;
mod unwinder;
mod verdict;
