//! The interpreter: what an execution does next, as a pure function of what happened to it.
//!
//! [`Execution`] is a fold of [`Occurrence`]s. It runs from state to state until it has to wait for something outside,
//! and says with [`Action`]s what that is. Each state type has a file with what it does when entered, and, where it
//! waits, what it does with the answer.

mod catch;
mod choice;
mod context;
mod data;
mod end;
mod execution;
mod fail;
mod failure;
mod frame;
mod identity;
mod lambda;
mod limits;
mod occurrence;
mod pass;
mod reply;
mod retry;
mod run;
mod succeed;
mod task;
mod turn;
mod unsupported;
mod visit;
mod wait;

pub use execution::Execution;
pub use identity::Identity;
pub use lambda::{LambdaCall, NotALambdaCall};
pub use limits::{MAX_DATA_BYTES, MAX_EVENTS};
pub(crate) use limits::{is_deeper_than, is_longer_than};
pub use occurrence::{Action, Input, Invocation, Occurrence, Outcome, TaskId, TimerId};
pub use visit::Waiting;
