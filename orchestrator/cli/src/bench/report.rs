//! What was measured.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::latency::Latencies;
use super::{Case, Load, machine};

/// What the sagas of one measurement cost together.
pub(super) struct Cost {
    pub(super) fsyncs: u64,
    pub(super) rows: u64,
    pub(super) disk_bytes: u64,
}

/// One case under one load.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Measurement {
    case: &'static str,
    concurrency: u64,
    sagas: u64,
    sagas_per_second: f64,
    p50_micros: u64,
    p90_micros: u64,
    p99_micros: u64,
    max_micros: u64,
    fsyncs_per_saga: f64,
    rows_per_saga: f64,
    disk_bytes_per_saga: f64,
    peak_memory_bytes: u64,
}

/// A start of `amends engine`, from the beginning of the process until it answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ServerStart {
    pub(crate) finished: u64,
    pub(crate) open: u64,
    pub(crate) start_micros: u64,
    /// The process's resident memory a second later.
    pub(crate) idle_memory_bytes: u64,
    pub(crate) disk_bytes: u64,
}

/// One action of the API, over the wire.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Calls {
    action: &'static str,
    concurrency: u64,
    calls: u64,
    calls_per_second: f64,
    p50_micros: u64,
    p90_micros: u64,
    p99_micros: u64,
    max_micros: u64,
}

impl Calls {
    pub(super) fn new(action: &'static str, load: Load, latencies: &Latencies) -> Self {
        Self {
            action,
            concurrency: load.concurrency,
            calls: load.sagas,
            calls_per_second: load.sagas as f64 / latencies.elapsed.as_secs_f64(),
            p50_micros: micros(latencies.per_mille(500)),
            p90_micros: micros(latencies.per_mille(900)),
            p99_micros: micros(latencies.per_mille(990)),
            max_micros: micros(latencies.per_mille(1000)),
        }
    }
}

/// Everything.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Report {
    /// Of this machine, in the directory of the measurement.
    pub(crate) fdatasync_p50_micros: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) measurements: Vec<Measurement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) servers: Vec<ServerStart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) calls: Vec<Calls>,
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Measurement {
    pub(super) fn new(case: Case, load: Load, latencies: &Latencies, cost: Cost) -> Self {
        let sagas = load.sagas as f64;
        Self {
            case: case.name(),
            concurrency: load.concurrency,
            sagas: load.sagas,
            sagas_per_second: sagas / latencies.elapsed.as_secs_f64(),
            p50_micros: micros(latencies.per_mille(500)),
            p90_micros: micros(latencies.per_mille(900)),
            p99_micros: micros(latencies.per_mille(990)),
            max_micros: micros(latencies.per_mille(1000)),
            fsyncs_per_saga: cost.fsyncs as f64 / sagas,
            rows_per_saga: cost.rows as f64 / sagas,
            disk_bytes_per_saga: cost.disk_bytes as f64 / sagas,
            peak_memory_bytes: machine::peak_memory_bytes(),
        }
    }
}

impl Report {
    /// For a person: times in milliseconds.
    pub(crate) fn table(&self) -> String {
        let mut parts = Vec::new();
        if !self.measurements.is_empty() {
            parts.push(format!("{}\n\nfsyncs, rows and disk bytes are per saga.", self.sagas()));
        }
        if !self.calls.is_empty() {
            parts.push(self.wire().to_string());
        }
        if !self.servers.is_empty() {
            parts.push(format!(
                "{}\n\nstart ms is from the beginning of the process to its first answer.",
                self.starts()
            ));
        }
        parts.push(format!("fdatasync p50 here: {} ms\n", ms(self.fdatasync_p50_micros)));
        parts.join("\n\n")
    }

    fn sagas(&self) -> Table {
        let header = [
            "case", "at once", "sagas/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "fsyncs", "rows", "disk B",
            "peak MiB",
        ];
        let rows = self.measurements.iter().map(|m| {
            vec![
                m.case.to_owned(),
                m.concurrency.to_string(),
                format!("{:.0}", m.sagas_per_second),
                ms(m.p50_micros),
                ms(m.p90_micros),
                ms(m.p99_micros),
                ms(m.max_micros),
                format!("{:.2}", m.fsyncs_per_saga),
                format!("{:.1}", m.rows_per_saga),
                format!("{:.0}", m.disk_bytes_per_saga),
                mib(m.peak_memory_bytes),
            ]
        });
        table(&header, rows)
    }

    fn wire(&self) -> Table {
        let header = ["action", "at once", "calls/s", "p50 ms", "p90 ms", "p99 ms", "max ms"];
        let rows = self.calls.iter().map(|calls| {
            vec![
                calls.action.to_owned(),
                calls.concurrency.to_string(),
                format!("{:.0}", calls.calls_per_second),
                ms(calls.p50_micros),
                ms(calls.p90_micros),
                ms(calls.p99_micros),
                ms(calls.max_micros),
            ]
        });
        table(&header, rows)
    }

    fn starts(&self) -> Table {
        let header = ["finished", "open", "start ms", "idle MiB", "disk MiB"];
        let rows = self.servers.iter().map(|server| {
            vec![
                server.finished.to_string(),
                server.open.to_string(),
                ms(server.start_micros),
                mib(server.idle_memory_bytes),
                mib(server.disk_bytes),
            ]
        });
        table(&header, rows)
    }
}

fn ms(micros: u64) -> String {
    format!("{:.2}", micros as f64 / 1000.0)
}

fn mib(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / 1_048_576.0)
}

/// A table without lines; all columns but the first are numbers.
fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.iter().copied());
    table.add_rows(rows);
    for index in 1..header.len() {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
