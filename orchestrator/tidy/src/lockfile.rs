//! `Cargo.lock`: which version of which package is really built, and what pulls it in.
//!
//! For the crates of this workspace the entries include dev-dependencies.

use std::collections::{BTreeMap, VecDeque};

use toml::{Table, Value};

use crate::Repository;

/// Where the lock file is.
pub(crate) const PATH: &str = "Cargo.lock";

/// The packages of the lock file.
#[derive(Debug, Default)]
pub(crate) struct Lockfile {
    packages: Vec<Package>,
}

#[derive(Debug)]
struct Package {
    name: String,
    version: String,
    /// Each as the lock file writes it: a name, with a version behind it where the name alone is not enough.
    dependencies: Vec<String>,
}

impl Lockfile {
    /// The lock file of `repository`; empty if there is none.
    pub(crate) fn of(repository: &Repository) -> Self {
        let table =
            repository.file(PATH).and_then(|file| file.text.parse::<Table>().ok()).unwrap_or_default();
        let packages = table.get("package").and_then(Value::as_array).into_iter().flatten();
        Self { packages: packages.filter_map(Package::read).collect() }
    }

    /// All locked versions of the package `name`.
    pub(crate) fn versions(&self, name: &str) -> Vec<&str> {
        let named = self.packages.iter().filter(|package| package.name == name);
        named.map(|package| package.version.as_str()).collect()
    }

    /// The shortest way from the package `start` to every package that it pulls in, by the name of that package.
    pub(crate) fn closure(&self, start: &str) -> BTreeMap<&str, Vec<&str>> {
        let mut ways: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut queue: VecDeque<(&Package, Vec<&str>)> = VecDeque::new();
        let first = self.packages.iter().find(|package| package.name == start);
        queue.extend(first.map(|package| (package, vec![package.name.as_str()])));
        while let Some((package, way)) = queue.pop_front() {
            if ways.contains_key(package.name.as_str()) {
                continue;
            }
            for dependency in &package.dependencies {
                let next = self.packages.iter().filter(|candidate| candidate.is(dependency));
                queue.extend(next.map(|next| (next, [&way[..], &[next.name.as_str()]].concat())));
            }
            ways.insert(&package.name, way);
        }
        ways
    }
}

impl Package {
    fn read(value: &Value) -> Option<Self> {
        let dependencies = value.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            name: value.get("name")?.as_str()?.to_owned(),
            version: value.get("version")?.as_str()?.to_owned(),
            dependencies: dependencies.filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }

    fn is(&self, dependency: &str) -> bool {
        let mut parts = dependency.split(' ');
        parts.next() == Some(&self.name) && parts.next().is_none_or(|version| version == self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closure_says_by_which_way_a_package_comes_in() {
        let text = "[[package]]\nname = 'a'\nversion = '1'\ndependencies = ['b', 'c 2']\n\
                    [[package]]\nname = 'b'\nversion = '1'\ndependencies = ['d']\n\
                    [[package]]\nname = 'c'\nversion = '1'\ndependencies = ['e']\n\
                    [[package]]\nname = 'c'\nversion = '2'\n\
                    [[package]]\nname = 'd'\nversion = '1'\ndependencies = ['a']\n\
                    [[package]]\nname = 'e'\nversion = '1'\n";
        let lockfile = Lockfile::of(&Repository::of(&[(PATH, text)]));
        let closure = lockfile.closure("a");
        assert_eq!(closure["d"], ["a", "b", "d"]);
        assert!(!closure.contains_key("e"), "only version 1 of c pulls it in");
        assert_eq!(lockfile.versions("c"), ["1", "2"]);
    }
}
