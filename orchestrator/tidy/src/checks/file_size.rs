//! A file holds one concept; one of more lines than this holds several.

use crate::{Check, Finding, Repository};

const MAX_LINES: usize = 400;

pub(crate) const CHECK: Check = Check {
    name: "file_size",
    rule: "a source file has at most 400 lines: split it by variant (one state, one operation, one provider a file)",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let sources = repository.files().filter(|file| file.is_rust() || file.path.ends_with(".sql"));
    let counted = sources.map(|file| (file, file.text.lines().count()));
    let long = counted.filter(|(_, lines)| *lines > MAX_LINES);
    long.map(|(file, lines)| Finding::file(&file.path, format!("has {lines} lines"))).collect()
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn a_file_of_401_lines_is_found() {
        expect(&CHECK, &[("a.rs", &"//\n".repeat(400)), ("a.json", &"1\n".repeat(401))], &[]);
        expect(&CHECK, &[("a.rs", &"//\n".repeat(401))], &["a.rs: has 401 lines"]);
    }
}
