//! An architecture note that nobody finishes reading guides nobody.

use crate::{Check, Finding, Repository};

const PATH: &str = "ARCHITECTURE.md";
const MAX_LINES: usize = 200;

pub(crate) const CHECK: Check =
    Check { name: "document_size", rule: "ARCHITECTURE.md has at most 200 lines", find };

fn find(repository: &Repository) -> Vec<Finding> {
    let lines = repository.file(PATH).map_or(0, |file| file.text.lines().count());
    let long = (lines > MAX_LINES).then(|| Finding::file(PATH, format!("has {lines} lines")));
    long.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn an_architecture_of_201_lines_is_found() {
        expect(&CHECK, &[("ARCHITECTURE.md", &"a\n".repeat(200)), ("README.md", &"a\n".repeat(300))], &[]);
        expect(&CHECK, &[("ARCHITECTURE.md", &"a\n".repeat(201))], &["ARCHITECTURE.md: has 201 lines"]);
    }
}
