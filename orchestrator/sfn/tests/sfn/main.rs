//! The API over HTTP, as a client sees it.

mod executions;
mod machines;
mod resources;
mod restart;
mod server;
mod wire;
