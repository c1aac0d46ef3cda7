//! A store counts as one when it has passed the suite.

use crate::tokens::{lines_with, test_lines, tokens};
use crate::{Check, File, Finding, Repository};

pub(crate) const CHECK: Check = Check {
    name: "store_suites",
    rule: "a crate runs `store_suite!` once for every type that it implements Store for",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for file in repository.rust_files() {
        let lines = stores(file);
        let Some((krate, _)) = file.path.split_once("/src/").filter(|_| !lines.is_empty()) else {
            continue;
        };
        seen.extend(lines.iter().map(|_| krate));
        if seen.iter().filter(|earlier| **earlier == krate).count() > suites(repository, krate) {
            findings.push(Finding::line(&file.path, lines[0], "this store does not run the suite"));
        }
    }
    findings
}

/// Where `file` implements the trait, tests not counted.
fn stores(file: &File) -> Vec<usize> {
    let tokens = tokens(&file.text).unwrap_or_default();
    let tests = test_lines(&tokens);
    let mut lines = lines_with(&tokens, "Store for");
    lines.retain(|line| !file.is_test() && !tests.iter().any(|range| range.contains(line)));
    lines
}

/// How often the crate below the directory `krate` runs the suite.
fn suites(repository: &Repository, krate: &str) -> usize {
    let mine = repository.rust_files().filter(|file| file.path.starts_with(&format!("{krate}/")));
    mine.map(|file| lines_with(&tokens(&file.text).unwrap_or_default(), "store_suite!").len()).sum()
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn a_store_that_does_not_run_the_suite_is_found() {
        let store = ("x/src/store.rs", "use a::Store;\nimpl Store for Postgres {}");
        let suite = ("x/tests/suite.rs", "amends_store::store_suite!(postgres, |clock| open(clock));");
        let stub = ("y/src/lib.rs", "#[cfg(test)]\nmod tests { impl Store for Stub {} }");
        expect(&CHECK, &[store, suite, stub], &[]);
        let elsewhere = ("y/tests/suite.rs", suite.1);
        let unused = ("x/tests/suite.rs", "// store_suite!(postgres)\nmacro_rules! store_suite {}");
        let found = ["x/src/store.rs:2: this store does not run the suite"];
        expect(&CHECK, &[store, elsewhere], &found);
        expect(&CHECK, &[store, unused], &found);
        let second = ("x/src/second.rs", "impl a::Store for Other {}");
        expect(&CHECK, &[store, second, suite], &["x/src/second.rs:1: this store does not run the suite"]);
    }
}
