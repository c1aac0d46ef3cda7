//! The two state machines of a saga, generated.
//!
//! The forward machine has one state per step on the happy path. Any error of a step goes to that step's own
//! compensation and from there back through the earlier ones: a lost reply means that the effect may exist. The
//! unwind machine is that second half alone, for executions that ended where no Catch could run.

mod bounds;
mod forward;
mod functions;
mod json;
mod own_states;
mod retry;
mod task;
mod unwind;

pub(crate) use bounds::{assert_history_fits, deadline_seconds};
pub(crate) use forward::forward;
pub(crate) use functions::functions;
pub(crate) use own_states::OWN_STATES;
use own_states::{ALREADY_COMMITTED, SETTLE, UNSETTLED, UNWOUND};
pub(crate) use unwind::unwind;
