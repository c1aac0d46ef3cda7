//! The order service in one process: HTTP, relay, engine, workers and sweeper.

mod address;
mod log;
mod process;
mod signals;
mod upkeep;
mod webhook;

pub(crate) use address::{Address, publish};
pub(crate) use log::{init_function_log, init_log};
pub(crate) use process::Running;
pub(crate) use signals::{Stopping, watch_for_signals};
pub(crate) use upkeep::keep_up;
pub(crate) use webhook::Webhook;
