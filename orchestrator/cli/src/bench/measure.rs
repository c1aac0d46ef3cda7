//! Measures one case after the other, each in a directory of its own.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Case, Load, Report, empty, machine, orders, wire};
use crate::failure::Failure;

/// Measures in a new directory under `parent` that is removed afterwards.
async fn in_directory<T>(
    parent: &Path,
    of: impl AsyncFnOnce(&Path) -> Result<T, Failure>,
) -> Result<T, Failure> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let dir = parent.join(format!("amends-bench-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&dir).map_err(Failure::failed)?;
    machine::reset_peak_memory();
    let measured = of(&dir).await;
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
    let mut report = Report { fdatasync_p50_micros: fdatasync.as_micros() as u64, ..Report::default() };
    for &case in cases {
        let loads = [Load::alone(sagas), Load::saturated(case, sagas)];
        match case {
            Case::Wire => {
                say("engine over the wire ...");
                let calls = async |dir: &Path| wire::measure(&loads, dir).await;
                let (server, calls) = in_directory(parent, calls).await?;
                report.servers.push(server);
                report.calls.extend(calls);
            }
            Case::Restart => {
                let restart = async |dir: &Path| wire::restart(sagas, dir, &say).await;
                report.servers.push(in_directory(parent, restart).await?);
            }
            _ => {
                for load in loads {
                    say(&format!("{}, {} at once, {} sagas ...", case.name(), load.concurrency, load.sagas));
                    let sagas = async |dir: &Path| match case {
                        Case::EmptyHandlers => empty::measure(load, dir).await,
                        _ => orders::measure(case, load, dir).await,
                    };
                    report.measurements.push(in_directory(parent, sagas).await?);
                }
            }
        }
    }
    Ok(report)
}
