//! The two state machines of a saga, generated.
//!
//! The forward machine has one state per step on the happy path. Any error of a step goes to that step's own
//! compensation and from there back through the earlier ones: a lost reply means that the effect may exist. The
//! unwind machine is that second half alone, for executions that ended where no Catch could run.

mod bounds;
mod forward;
mod json;
mod retry;
mod task;
mod unwind;

pub(crate) use bounds::{assert_history_fits, deadline_seconds};
pub(crate) use forward::forward;
pub(crate) use unwind::unwind;

/// The states that a machine has besides its steps and their compensations.
pub(crate) const OWN_STATES: [&str; 4] = [SETTLE, UNWOUND, UNSETTLED, ALREADY_COMMITTED];

const SETTLE: &str = "settle";
const UNWOUND: &str = "unwound";
const UNSETTLED: &str = "unsettled";
const ALREADY_COMMITTED: &str = "already_committed";
