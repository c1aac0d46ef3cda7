//! What the sandbox providers share: a strict desk that serves requests from books of its own.
//!
//! A sandbox is a provider, not an adapter that pretends: it knows keys, refuses what a real provider refuses, loses
//! replies after the effect, and lets late requests arrive although nobody waits for them any more. What goes wrong
//! is chosen by the data of the request (a test payment method, a test SKU, a test mail domain) or by a hook.

mod arrival;
mod ask;
#[cfg(test)]
pub(crate) mod bench;
mod desk;
mod fault;
mod scenario;
mod settle;
#[cfg(test)]
mod tests;

pub(crate) use arrival::{latest_of, reference_in};
pub(crate) use ask::{Ask, Draft, Ruling, Served, Unchanged};
pub(crate) use desk::{Desk, Submission};
pub use fault::{CallPoint, Fault, FaultHook, Operation};
pub(crate) use scenario::Scenario;
pub use settle::settle;
