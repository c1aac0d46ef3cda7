//! Which crate may be built with which of our own.
//!
//! This table is the architecture: `saga` knows no provider, `store` no step, adapters no saga, and the coordinator
//! links neither steps nor adapters. Dev-dependencies are free here; `deterministic_path` looks at those.

use crate::manifest::Manifest;
use crate::{Check, Finding, Repository};

/// Every crate, and those of ours that it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("sqlite", &["types"]),
    ("asl", &[]),
    ("saga", &["types"]),
    ("store", &["types"]),
    ("store-sqlite", &["types", "sqlite", "store"]),
    ("store-postgres", &["types", "store"]),
    ("harness", &["types", "saga", "store"]),
    ("engine", &["types", "asl", "sqlite"]),
    ("lambda", &["types", "engine"]),
    ("sfn", &["types", "asl", "sqlite", "engine"]),
    ("coordinator", &["types", "store", "engine"]),
    ("api", &["types", "store", "coordinator"]),
    ("aws", &["types", "engine", "coordinator"]),
    ("client", &[]),
    ("adapters", &["types", "sqlite"]),
    ("workers", &["types", "saga", "store", "harness", "adapters"]),
    (
        "workers-lambda",
        &["types", "store", "store-sqlite", "store-postgres", "harness", "adapters", "workers"],
    ),
    ("verify", &["types", "asl", "saga", "store", "harness", "engine", "coordinator", "workers", "adapters"]),
    ("cli", ALL_BUT_CLI),
    ("examples", ALL_BUT_CLI),
    ("tidy", &[]),
];

const ALL_BUT_CLI: &[&str] = &[
    "types",
    "sqlite",
    "asl",
    "saga",
    "store",
    "store-sqlite",
    "store-postgres",
    "harness",
    "engine",
    "lambda",
    "sfn",
    "coordinator",
    "api",
    "aws",
    "client",
    "adapters",
    "workers",
    "verify",
];

const PREFIX: &str = "amends-";

pub(crate) const CHECK: Check = Check {
    name: "arrows",
    rule: "our crates depend on each other only along the arrows of the architecture",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    Manifest::all(repository).iter().flat_map(against_the_arrows).collect()
}

fn against_the_arrows(manifest: &Manifest<'_>) -> Vec<Finding> {
    let name = manifest.name.strip_prefix(PREFIX).unwrap_or(&manifest.name);
    let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
        return vec![Finding::file(&manifest.file.path, format!("{name} is not in the table of arrows"))];
    };
    let ours = manifest.dependencies.iter().filter_map(|dependency| dependency.strip_prefix(PREFIX));
    let wrong = ours.filter(|dependency| !allowed.contains(dependency));
    let finding = |dependency: &str| {
        let line = manifest.line_of(&format!("{PREFIX}{dependency}"));
        Finding::line(&manifest.file.path, line, format!("{name} may not depend on {dependency}"))
            .about(dependency)
    };
    wrong.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    fn check(name: &str, dependency: &str, expected: &[&str]) {
        let text = format!(
            "[package]\nname = 'amends-{name}'\n[dependencies]\namends-{dependency}.workspace = true\n"
        );
        expect(&CHECK, &[("x/Cargo.toml", &text)], expected);
    }

    #[test]
    fn a_dependency_along_an_arrow_is_fine() {
        check("harness", "saga", &[]);
        check("cli", "verify", &[]);
        let dev = "[package]\nname = 'amends-saga'\n[dev-dependencies]\namends-asl.workspace = true\n";
        expect(&CHECK, &[("x/Cargo.toml", dev)], &[]);
    }

    #[test]
    fn a_dependency_against_the_arrows_is_found() {
        let cases = [
            ("saga", "adapters"),
            ("store", "saga"),
            ("adapters", "saga"),
            ("coordinator", "workers"),
            ("coordinator", "adapters"),
            ("asl", "types"),
            ("engine", "store"),
            ("examples", "cli"),
            ("tidy", "types"),
        ];
        for (name, dependency) in cases {
            check(name, dependency, &[&format!("x/Cargo.toml:4: {name} may not depend on {dependency}")]);
        }
    }

    #[test]
    fn a_crate_that_the_table_does_not_know_is_found() {
        check("extras", "types", &["x/Cargo.toml: extras is not in the table of arrows"]);
    }
}
