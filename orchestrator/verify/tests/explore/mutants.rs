//! Every mutant is found, by the schedule that is pinned for it in `mutants.txt`; `UPDATE=1` rewrites that file.

use std::path::{Path, PathBuf};

use amends_verify::mutants::{Mutant, all, hunt};

/// Where what is found is pinned.
pub(crate) fn pinned() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explore/mutants.txt")
}

/// `name: schedule: what it breaks`, or that it survives.
fn line(mutant: &Mutant) -> String {
    let Some(killed) = hunt(&(mutant.setup)(), 2, &|| false).killed else {
        return format!("{}: SURVIVES", mutant.name);
    };
    let mut broken: Vec<_> = killed.broken.iter().map(|broken| broken.invariant).collect();
    broken.sort_unstable();
    broken.dedup();
    format!("{}: {}: {}", mutant.name, killed.schedule, broken.join(" "))
}

#[test]
fn every_mutant_is_found_by_its_shortest_schedule() {
    let path = pinned();
    let found: String = all().iter().map(|mutant| line(mutant) + "\n").collect();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let pinned = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, pinned, "UPDATE=1 pins what is found now");
    assert!(!found.contains("SURVIVES"), "{found}");
}
