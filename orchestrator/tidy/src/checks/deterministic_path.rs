//! What verification runs is free of database drivers, its tests included.
//!
//! A run is replayed from its seed only if nothing in it does I/O of its own. The lock file is what counts: a driver
//! that comes in through three other crates is one as well.

use crate::lockfile::{Lockfile, PATH};
use crate::{Check, Finding, Repository};

const PATH_CRATES: &[&str] = &["amends-asl", "amends-harness", "amends-saga", "amends-store", "amends-types"];

const DRIVERS: &[&str] = &[
    "amends-sqlite",
    "amends-store-sqlite",
    "libsqlite3-sys",
    "redis",
    "rusqlite",
    "sqlx",
    "sqlx-core",
    "tokio-postgres",
];

pub(crate) const CHECK: Check = Check {
    name: "deterministic_path",
    rule: "types, asl, saga, store and harness pull in no database driver, by no way and not for their tests",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let lockfile = Lockfile::of(repository);
    let mut findings = Vec::new();
    for start in PATH_CRATES {
        let closure = lockfile.closure(start);
        let ways = DRIVERS.iter().filter_map(|driver| closure.get(driver));
        findings.extend(ways.map(|way| {
            let message = format!("{start} pulls in a driver: {}", way.join(" -> "));
            Finding::file(PATH, message).about(*start)
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    fn lock(packages: &[(&str, &str)]) -> String {
        let entry = |(name, dependency): &(&str, &str)| {
            format!("[[package]]\nname = '{name}'\nversion = '1'\ndependencies = ['{dependency}']\n")
        };
        packages.iter().map(entry).collect()
    }

    #[test]
    fn a_driver_behind_another_crate_is_found() {
        let harmless = lock(&[("amends-harness", "serde"), ("serde", "serde_core"), ("rusqlite", "serde")]);
        expect(&CHECK, &[("Cargo.lock", &harmless)], &[]);
        let driver = lock(&[("amends-harness", "pool"), ("pool", "rusqlite"), ("rusqlite", "serde")]);
        let found = "Cargo.lock: amends-harness pulls in a driver: amends-harness -> pool -> rusqlite";
        expect(&CHECK, &[("Cargo.lock", &driver)], &[found]);
    }
}
