//! Measures one case after the other, each in a directory of its own.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Case, Load, Measurement, Report, empty, machine, orders};
use crate::failure::Failure;

/// Measures one case under one load, in a new directory under `parent` that is removed afterwards.
async fn measure(case: Case, load: Load, parent: &Path) -> Result<Measurement, Failure> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let dir = parent.join(format!("amends-bench-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&dir).map_err(Failure::failed)?;
    machine::reset_peak_memory();
    let measured = match case {
        Case::EmptyHandlers => empty::measure(load, &dir).await,
        Case::Completed | Case::DeclinedAtCharge | Case::FailedAtTheLastStep => {
            orders::measure(case, load, &dir).await
        }
    };
    std::fs::remove_dir_all(&dir).map_err(Failure::failed)?;
    measured
}

/// Everything, in the order in which it is printed.
pub(crate) async fn measure_all(
    cases: &[Case],
    sagas: u64,
    parent: &Path,
    say: impl Fn(&str),
) -> Result<Report, Failure> {
    let fdatasync = machine::fdatasync_p50(parent)?;
    let mut measurements = Vec::new();
    for &case in cases {
        for load in [Load::alone(sagas), Load::saturated(case, sagas)] {
            say(&format!("{}, {} at once, {} sagas ...", case.name(), load.concurrency, load.sagas));
            measurements.push(measure(case, load, parent).await?);
        }
    }
    Ok(Report { fdatasync_p50_micros: fdatasync.as_micros() as u64, measurements })
}
