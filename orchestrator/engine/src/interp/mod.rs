//! The interpreter: what an execution does next, as a pure function of what happened to it.
//!
//! [`Execution`] is a fold of [`Occurrence`]s. It runs from state to state until it has to wait for something outside,
//! and says with [`Action`]s what that is. Each state type has a file with what it does when entered, and, where it
//! waits, what it does with the answer. An execution is a thread, and so is each branch of a Parallel state and each
//! item of a Map state.

mod catch;
mod child;
mod choice;
mod context;
mod data;
mod end;
mod execution;
mod fail;
mod failure;
mod fork;
mod frame;
mod identity;
mod join;
mod lambda;
mod limits;
mod map;
mod occurrence;
mod parallel;
mod pass;
mod redrive;
mod reply;
mod retry;
mod run;
mod succeed;
mod task;
pub mod test_state;
mod thread;
mod token;
mod turn;
mod visit;
mod wait;

pub use execution::Execution;
pub use identity::Identity;
pub use lambda::{LambdaCall, NotALambdaCall};
pub use limits::{MAX_DATA_BYTES, MAX_EVENTS};
pub(crate) use limits::{is_deeper_than, is_longer_than};
pub use map::{MapRunUpdate, could_be_of};
pub use occurrence::{Action, Input, Invocation, Occurrence, Outcome, TaskId, TimerId};
pub use token::{NotAToken, TaskToken};
pub use visit::Waiting;
