//! The notes point at files that exist.
//!
//! A link is a Markdown link without a scheme, or a path in backticks that begins at one of the top directories.

use crate::checks::top_level;
use crate::{Check, File, Finding, Repository};

pub(crate) const CHECK: Check =
    Check { name: "links", rule: "every file that a note links to or names exists", find };

fn find(repository: &Repository) -> Vec<Finding> {
    let notes = repository.files().filter(|file| file.path.ends_with(".md"));
    notes.flat_map(|note| broken(repository, note)).collect()
}

fn broken(repository: &Repository, note: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut in_block = false;
    for (number, line) in note.numbered_lines() {
        in_block ^= line.trim_start().starts_with("```");
        let linked = links(line).filter(|_| !in_block).filter_map(|target| resolve(&note.path, target));
        let named = paths(line).map(|path| path.trim_end_matches('/').to_owned());
        for target in linked.chain(named) {
            if !target.is_empty() && !repository.has(&target) {
                findings.push(Finding::line(
                    &note.path,
                    number,
                    format!("points at {target}, which is not there"),
                ));
            }
        }
    }
    findings
}

/// The targets of `](target)`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// What stands in backticks and is a path from the root of the repository.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|text| {
        let mut parts = text.split('/');
        let begins = parts.next().is_some_and(|first| top_level::DIRECTORIES.contains(&first));
        let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        begins && is_plain && parts.next().is_some()
    })
}

/// The path that a link in the note at `from` points at; nothing if it leaves the repository's files.
fn resolve(from: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().filter(|path| !path.is_empty() && !path.contains("://"))?;
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn a_link_to_nothing_is_found() {
        let note = "[a](orchestrator/a.rs#L3) [b](https://b.example/c) [d](#d) `orchestrator/*/x` `a/b`\n";
        let file = ("orchestrator/a.rs", "");
        expect(
            &CHECK,
            &[("README.md", note), file, ("orchestrator/README.md", "[a](./a.rs) [b](../README.md)")],
            &[],
        );
        expect(
            &CHECK,
            &[
                (
                    "README.md",
                    "[a](orchestrator/b.rs)\n```\n[c](d)\n```\nsee `orchestrator/c/` or `orchestrator/a.rs`",
                ),
                file,
            ],
            &[
                "README.md:1: points at orchestrator/b.rs, which is not there",
                "README.md:5: points at orchestrator/c, which is not there",
            ],
        );
    }
}
