//! Where time and chance are parameters, nobody may fetch their own.
//!
//! One interpreter and one harness serve production, recovery and verification only because nothing in them reads a
//! clock or draws a number. Tests are free to.

use crate::tokens::{lines_with, test_lines, tokens};
use crate::{Check, File, Finding, Repository};

const PLACES: &[&str] = &[
    "adapters/",
    "orchestrator/asl/",
    "orchestrator/engine/src/interp/",
    "orchestrator/harness/",
    "orchestrator/saga/",
    "orchestrator/store/",
    "workers/src/",
];

const BANNED: &[&str] = &[
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "Uuid::new_v4",
    "Uuid::now_v7",
    "thread_rng",
    "rand::",
    "fastrand::",
    "getrandom::",
    "tokio::time",
    "thread::sleep",
    "RandomState",
];

pub(crate) const CHECK: Check = Check {
    name: "clock_and_randomness",
    rule: "steps, adapters, the harness and the interpreter get time and randomness as parameters",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let here = |file: &&File| PLACES.iter().any(|place| file.path.starts_with(place)) && !file.is_test();
    repository.rust_files().filter(here).flat_map(fetched).collect()
}

fn fetched(file: &File) -> Vec<Finding> {
    let tokens = tokens(&file.text).unwrap_or_default();
    let tests = test_lines(&tokens);
    let mut findings = Vec::new();
    for what in BANNED {
        let lines = lines_with(&tokens, what);
        let lines = lines.into_iter().filter(|line| !tests.iter().any(|range| range.contains(line)));
        findings
            .extend(lines.map(|line| Finding::line(&file.path, line, format!("uses {what}")).about(*what)));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{BANNED, CHECK, PLACES};
    use crate::expect::expect;

    #[test]
    fn every_banned_source_is_found_in_every_place() {
        for place in PLACES {
            for what in BANNED {
                let path = format!("{place}src/a.rs");
                let rest = if what.ends_with("::") { "next()" } else { "()" };
                let code = format!("fn a() {{\n    {what}{rest};\n}}");
                expect(&CHECK, &[(&path, &code)], &[&format!("{path}:2: uses {what}")]);
            }
        }
    }

    #[test]
    fn tests_and_other_crates_are_free() {
        let code = "fn a() { Instant::now(); }";
        let in_tests = format!("#[cfg(test)]\nmod tests {{ {code} }}");
        let files = [
            ("adapters/tests/a.rs", code),
            ("adapters/src/payment/tests.rs", code),
            ("adapters/src/a.rs", in_tests.as_str()),
            ("orchestrator/cli/src/main.rs", code),
            ("orchestrator/engine/src/driver/clock.rs", code),
        ];
        expect(&CHECK, &files, &[]);
    }
}
