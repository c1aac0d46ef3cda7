//! Of some packages a second version is a fault, not only weight.
//!
//! Two of rustls, hyper or ring are two stacks to keep free of advisories, and one of them is the one nobody looks
//! at. Two of libsqlite3-sys do not link.

use crate::lockfile::{Lockfile, PATH};
use crate::{Check, Finding, Repository};

const ONCE: &[&str] = &["hyper", "libsqlite3-sys", "ring", "rustls"];

pub(crate) const CHECK: Check = Check {
    name: "locked_versions",
    rule: "Cargo.lock has one version of rustls, hyper, ring and libsqlite3-sys",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let lockfile = Lockfile::of(repository);
    let versions = ONCE.iter().map(|&name| (name, lockfile.versions(name)));
    let several = versions.filter(|(_, versions)| versions.len() > 1);
    several
        .map(|(name, versions)| Finding::file(PATH, format!("has {name} {}", versions.join(" and "))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{CHECK, ONCE};
    use crate::expect::expect;

    #[test]
    fn a_second_version_is_found() {
        for name in ONCE {
            let entry = |version: &str| format!("[[package]]\nname = '{name}'\nversion = '{version}'\n");
            expect(&CHECK, &[("Cargo.lock", &entry("1.0.0"))], &[]);
            let both = entry("1.0.0") + &entry("2.0.0");
            expect(&CHECK, &[("Cargo.lock", &both)], &[&format!("Cargo.lock: has {name} 1.0.0 and 2.0.0")]);
        }
    }
}
