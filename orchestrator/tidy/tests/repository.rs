//! Holds the repository against every check.

use std::fmt::Write;
use std::fs;

use amends_tidy::{CHECKS, Exceptions, Repository};

#[test]
fn the_repository_is_tidy() {
    let repository = Repository::this().unwrap();
    let list = fs::read_to_string(Repository::root().join("orchestrator/tidy/exceptions.toml")).unwrap();
    let exceptions = Exceptions::parse(&list, CHECKS).unwrap();
    let mut report = String::new();
    for check in CHECKS {
        let findings = exceptions.apply(check, (check.find)(&repository));
        if !findings.is_empty() {
            writeln!(report, "\n{} ({})", check.rule, check.name).unwrap();
        }
        for finding in findings {
            writeln!(report, "    {finding}").unwrap();
        }
    }
    assert!(report.is_empty(), "the repository is not tidy:\n{report}");
}

#[test]
fn the_repository_is_not_empty() {
    assert!(Repository::this().unwrap().rust_files().count() > 50);
}
