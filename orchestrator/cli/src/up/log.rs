//! The log: to standard error, for people or for machines.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::args::LogFormat;

/// Begins to write what functions write, and nothing else unless `AMENDS_LOG` says so.
pub(crate) fn init_function_log() {
    let filter = EnvFilter::try_from_env("AMENDS_LOG").unwrap_or_else(|_| EnvFilter::new("function=info"));
    let layer = fmt::layer().compact().with_writer(std::io::stderr);
    // An error means that a log is written already.
    drop(tracing_subscriber::registry().with(filter).with(layer).try_init());
}

/// Begins to write the log. `AMENDS_LOG` chooses what is written, as `RUST_LOG` does elsewhere.
pub(crate) fn init_log(format: LogFormat) {
    let filter = EnvFilter::try_from_env("AMENDS_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    // An error means that a log is written already.
    drop(match format {
        LogFormat::Json => {
            registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init()
        }
        LogFormat::Pretty => registry.with(fmt::layer().compact().with_writer(std::io::stderr)).try_init(),
    });
}
