//! The order saga from end to end: the five real steps, the sandbox providers, and stores in memory.
//!
//! A small walk takes the place of the state machine. What is asserted is what is in the providers' books and in the
//! store afterwards, never what a step said.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod clock;
mod shop;
mod walk;

mod charge;
mod crowd;
mod happy_path;
mod notify;
mod order;
mod recovered;
mod reserve_stock;
mod sync;
mod undo_order;
