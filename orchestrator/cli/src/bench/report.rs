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

/// Everything.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Report {
    /// Of this machine, in the directory of the measurement.
    pub(crate) fdatasync_p50_micros: u64,
    pub(crate) measurements: Vec<Measurement>,
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
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header([
            "case", "at once", "sagas/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "fsyncs", "rows", "disk B",
            "peak MiB",
        ]);
        let ms = |micros: u64| format!("{:.2}", micros as f64 / 1000.0);
        for m in &self.measurements {
            table.add_row([
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
                format!("{:.0}", m.peak_memory_bytes as f64 / 1_048_576.0),
            ]);
        }
        for index in 1..11 {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        format!(
            "{table}\n\nfsyncs, rows and disk bytes are per saga. fdatasync p50 here: {} ms\n",
            ms(self.fdatasync_p50_micros)
        )
    }
}
