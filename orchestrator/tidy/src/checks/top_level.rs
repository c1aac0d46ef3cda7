//! The top of the repository is fixed: a new concern finds its place below one of these.

use std::collections::BTreeSet;

use crate::{Check, Finding, Repository};

/// The directories of the project itself.
pub(crate) const DIRECTORIES: &[&str] =
    &["adapters", "examples", "migrations", "orchestrator", "state-machines", "workers"];

/// What stands beside them.
const OTHERS: &[&str] = &[
    ".cargo",
    ".ci",
    ".gitignore",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "rust-toolchain.toml",
    "rustfmt.toml",
];

pub(crate) const CHECK: Check =
    Check { name: "top_level", rule: "the top level is the fixed one: nothing more, nothing less", find };

fn find(repository: &Repository) -> Vec<Finding> {
    let expected: BTreeSet<&str> = DIRECTORIES.iter().chain(OTHERS).copied().collect();
    let tops = repository.files().filter_map(|file| file.path.split('/').next());
    let present: BTreeSet<&str> = tops.collect();
    let more = present.difference(&expected).map(|name| Finding::file(name, "does not belong here"));
    let less = expected.difference(&present).map(|name| Finding::file(name, "is missing"));
    more.chain(less).collect()
}

#[cfg(test)]
mod tests {
    use super::{CHECK, DIRECTORIES, OTHERS};
    use crate::expect::expect;

    #[test]
    fn one_more_or_one_less_is_found() {
        let directories: Vec<String> = DIRECTORIES.iter().map(|name| format!("{name}/a")).collect();
        let directories = directories.iter().map(|path| (path.as_str(), ""));
        let mut files: Vec<_> = OTHERS.iter().map(|&path| (path, "")).chain(directories).collect();
        expect(&CHECK, &files, &[]);
        files.push(("docs/a.md", ""));
        expect(&CHECK, &files, &["docs: does not belong here"]);
        files.retain(|(path, _)| *path != "LICENSE" && !path.starts_with("docs"));
        expect(&CHECK, &files, &["LICENSE: is missing"]);
    }
}
