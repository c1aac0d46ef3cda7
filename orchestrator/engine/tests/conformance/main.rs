//! The cases recorded from Step Functions, run through the interpreter under simulated time.
//!
//! The cases are kept beside this repository, or where `AMENDS_CONFORMANCE` says; without them nothing is checked, and
//! the test says so. What does not pass yet is listed in `not_yet.txt` with its reason, and the list is checked in both
//! directions: a case that fails must be listed, and one that passes must not.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod case;
mod events;
mod lambdas;
mod matching;
mod not_yet;
mod simulation;
mod validation;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use case::{Case, Verdict};
use not_yet::NotYet;

/// The cases of our own, for what the recorded ones lack, which are always there.
fn own_cases(kind: &str) -> Vec<Case> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../state-machines/conformance");
    let all = case::read_all(folder.as_ref());
    all.into_iter().filter(|case| case.kind == kind).collect()
}

/// `None`, loudly, if the recorded cases are not there.
fn cases(kind: &str) -> Option<Vec<Case>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance");
    let folder = std::env::var_os("AMENDS_CONFORMANCE").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if !folder.join("cases").is_dir() {
        // Not by eprintln!, which the test harness keeps to itself when a test passes.
        let place = folder.display();
        let _ =
            writeln!(std::io::stderr(), "NOT RUN: no conformance cases in {place} (set AMENDS_CONFORMANCE)");
        return None;
    }
    let all = case::read_all(&folder.join("cases"));
    Some(all.into_iter().filter(|case| case.kind == kind).collect())
}

fn check(kind: &str, run: impl Fn(&Case) -> Verdict) {
    let Some(cases) = cases(kind) else { return };
    let mut not_yet = NotYet::read(kind);
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::<String, usize>::new();
    for case in &cases {
        let verdict = run(case);
        match (&verdict, not_yet.reason(case)) {
            (Verdict::Exact, None) => *counts.entry("exact".to_owned()).or_default() += 1,
            (Verdict::Exact, Some(reason)) => {
                wrong.push(format!("{}: passes, and is listed as: {reason}", case.name));
            }
            (_, Some(reason)) => *counts.entry(format!("not yet: {reason}")).or_default() += 1,
            (other, None) => wrong.push(format!("{}: {other}", case.name)),
        }
    }
    for (what, count) in counts {
        eprintln!("{count:4} {what}");
    }
    wrong.extend(not_yet.unused().map(|rule| format!("not_yet.txt: no case fails for this reason: {rule}")));
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn executions_leave_the_history_that_step_functions_recorded() {
    check("execution", simulation::run);
}

#[test]
fn executions_leave_the_history_that_others_measured() {
    let cases = own_cases("execution");
    let wrong = cases.iter().filter_map(|case| match simulation::run(case) {
        Verdict::Exact => None,
        other => Some(format!("{}: {other}", case.name)),
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(
        wrong.is_empty() && cases.len() >= 6,
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn definitions_are_refused_in_the_words_of_step_functions() {
    check("validation", validation::run);
}
