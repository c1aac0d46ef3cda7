//! A test runs or does not exist.

use crate::tokens::{lines_with, tokens};
use crate::{Check, Finding, Repository};

pub(crate) const CHECK: Check =
    Check { name: "ignored_tests", rule: "no test is ignored: one that does not run proves nothing", find };

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.rust_files() {
        let tokens = tokens(&file.text).unwrap_or_default();
        let ignored = [lines_with(&tokens, "#[ignore"), lines_with(&tokens, ", ignore)]")].concat();
        findings.extend(ignored.into_iter().map(|line| Finding::line(&file.path, line, "ignores a test")));
        let fences = file.numbered_lines().filter(|(_, line)| {
            let comment = line.trim_start();
            comment.starts_with("//") && comment.contains("```") && comment.ends_with("ignore")
        });
        findings.extend(fences.map(|(line, _)| Finding::line(&file.path, line, "ignores an example")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn an_ignored_test_is_found() {
        expect(&CHECK, &[("a.rs", "// #[ignore]\n#[test]\nfn a() {}")], &[]);
        expect(&CHECK, &[("a.rs", "#[test]\n#[ignore]\nfn a() {}")], &["a.rs:2: ignores a test"]);
        expect(&CHECK, &[("a.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}")], &["a.rs:2: ignores a test"]);
        expect(&CHECK, &[("a.rs", "#[cfg_attr(miri, ignore)]\nfn a() {}")], &["a.rs:1: ignores a test"]);
        expect(
            &CHECK,
            &[("a.rs", "/// ```ignore\n/// a\n/// ```\nfn a() {}")],
            &["a.rs:1: ignores an example"],
        );
    }
}
