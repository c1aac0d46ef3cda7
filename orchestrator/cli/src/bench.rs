//! Measurements: sagas a second and latencies, with what they cost on disk and in memory.

mod case;
mod empty;
mod latency;
mod machine;
mod measure;
mod orders;
mod report;
mod server;
mod size;
mod wire;

pub(crate) use case::{Case, Load};
pub(crate) use machine::{peak_memory_bytes, reset_peak_memory};
pub(crate) use measure::measure_all;
pub(crate) use report::Report;
