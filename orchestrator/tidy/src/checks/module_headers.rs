//! A file says at its top what it is.

use crate::{Check, File, Finding, Repository};

pub(crate) const CHECK: Check =
    Check { name: "module_headers", rule: "a Rust file begins with `//!` and says what it is", find };

fn find(repository: &Repository) -> Vec<Finding> {
    let without = repository.rust_files().filter(|file| !has_header(file));
    without.map(|file| Finding::line(&file.path, 1, "has no header")).collect()
}

fn has_header(file: &File) -> bool {
    let header = file.text.lines().next().and_then(|line| line.strip_prefix("//! "));
    header.is_some_and(|sentence| !sentence.trim().is_empty() && !sentence.contains("Placeholder"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn a_file_without_a_sentence_at_its_top_is_found() {
        expect(&CHECK, &[("a.rs", "//! The outbox.\n\nfn a() {}\n")], &[]);
        for text in
            ["", "fn a() {}", "// The outbox.", "\n//! The outbox.", "//! ", "//! Placeholder header."]
        {
            expect(&CHECK, &[("a.rs", text)], &["a.rs:1: has no header"]);
        }
    }
}
