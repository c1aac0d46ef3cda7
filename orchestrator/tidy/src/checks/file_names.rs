//! A file is named after the one thing in it.

use crate::{Check, Finding, Repository};

const BANNED: &[&str] = &["util", "utils", "common", "helper", "helpers", "misc"];

pub(crate) const CHECK: Check = Check {
    name: "file_names",
    rule: "a file or directory is named after what is in it: no utils, common, helpers or misc",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.files() {
        let stems = file.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
        if let Some(name) = stems.into_iter().find(|stem| BANNED.contains(stem)) {
            findings.push(Finding::file(&file.path, format!("is named {name}")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn a_name_that_names_nothing_is_found() {
        expect(&CHECK, &[("a/commons.rs", ""), ("a/utility.rs", "")], &[]);
        expect(
            &CHECK,
            &[("a/utils.rs", ""), ("tests/common/mod.rs", "")],
            &["a/utils.rs: is named utils", "tests/common/mod.rs: is named common"],
        );
    }
}
