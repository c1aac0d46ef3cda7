//! What this machine can do, and what this process uses of it.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// The median of 200 appends of 512 bytes, each synced, in `dir`.
pub(super) fn fdatasync_p50(dir: &Path) -> Result<Duration, Failure> {
    let path = dir.join(format!("amends-fdatasync-{}", std::process::id()));
    let mut samples = Vec::with_capacity(200);
    let mut file = File::create(&path).map_err(Failure::failed)?;
    for _ in 0..samples.capacity() {
        let began = Instant::now();
        file.write_all(&[0; 512]).and_then(|()| file.sync_data()).map_err(Failure::failed)?;
        samples.push(began.elapsed());
    }
    fs::remove_file(&path).map_err(Failure::failed)?;
    samples.sort_unstable();
    Ok(samples[samples.len() / 2])
}

/// Forgets the peak memory so far, where Linux allows it (`proc(5)`, `/proc/pid/clear_refs`).
pub(crate) fn reset_peak_memory() {
    // Without it the peak is that of the whole run, which is no less true.
    drop(fs::write("/proc/self/clear_refs", "5"));
}

/// The most memory that this process had since [`reset_peak_memory`], in bytes; 0 where it is not known.
pub(crate) fn peak_memory_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
