//! The interpreter's behaviour where no recording shows it: time limits, retries, limits of size and number, stale
//! input, restarts; and that an execution is a fold of what happened to it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod branches;
mod fold;
mod limits;
mod map_runs;
mod play;
mod recovery;
mod redrive;
mod time;
