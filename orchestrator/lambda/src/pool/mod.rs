//! Functions run as processes, as Lambda runs them: each execution environment is a process that asks a Lambda Runtime
//! API of ours for its next invocation, and serves one at a time.
//!
//! A program that runs on Lambda runs here unchanged, whatever its language: what it needs to know it finds in the
//! environment variables that Lambda sets. What goes wrong has Lambda's names: a process that does not start
//! (`Runtime.InvalidEntrypoint`), ends (`Runtime.ExitError`), takes too long (`Sandbox.Timedout`) or answers too much
//! (`Function.ResponseSizeTooLarge`), and more invocations at once than there may be (`TooManyRequestsException`).
//!
//! What differs from Lambda: memory is not limited, a process is not frozen between two invocations, there are no
//! credentials and no extensions, and the API is on a loopback port that any program of this machine can reach.

mod environment;
mod failure;
mod function;
mod name;
mod process;
mod runtime_api;
mod warm;
mod worker;

pub use function::{Function, Functions, FunctionsError};
pub use worker::{Pool, PoolOptions};
