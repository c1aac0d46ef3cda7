//! How a check is tested: a few small files, and what it must find in them.

use crate::{Check, Repository};

/// Asserts that `check` finds exactly `expected` in `files`, each finding as it is printed.
pub(crate) fn expect(check: &Check, files: &[(&str, &str)], expected: &[&str]) {
    let findings = (check.find)(&Repository::of(files));
    let found: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{}", check.rule);
}
