//! Runs a step's op under the saga row, the ledger and a lease.
//!
//! Every rule of the saga protocol is here, once: what Lambda, the in-process worker and verification call is
//! [`Harness::handle`]. A saga of anybody's own is a [`Saga`]: steps with effects at providers ([`SagaStep`]) or in the
//! saga's own database ([`LocalStep`]).
//!
//! [`SagaStep`]: amends_saga::SagaStep

mod attempt;
mod erased;
mod harness;
mod local_step;
mod protocol;
mod recorder;
mod saga;
mod shared;
mod sources;

pub use harness::{Harness, HarnessOptions};
pub use local_step::{LocalError, LocalStep};
pub use saga::{Saga, SagaBuilder};
pub use sources::Sources;
