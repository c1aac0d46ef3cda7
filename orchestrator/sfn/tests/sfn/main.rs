//! The API over HTTP, as a client sees it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod executions;
mod machines;
mod map_runs;
mod nested;
mod resources;
mod restart;
mod server;
mod test_state;
mod wire;
