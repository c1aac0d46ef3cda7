//! The interpreter: what an execution does next, as a pure function of what happened to it.

mod occurrence;

pub use occurrence::{Action, Input, Invocation, Occurrence, Outcome, TaskId, TimerId};
