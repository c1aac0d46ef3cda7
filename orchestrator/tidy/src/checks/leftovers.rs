//! Nothing is left for later: what is not done is an issue, not a mark in the code.

use crate::tokens::{lines_with, tokens};
use crate::{Check, File, Finding, Repository};

const MACROS: &[&str] = &["todo!", "unimplemented!", "dbg!"];
// Put together here, so that this list does not find itself.
const MARKS: &[&str] = &[concat!("FIX", "ME"), concat!("X", "XX"), concat!("TO", "DO")];

pub(crate) const CHECK: Check = Check {
    name: "leftovers",
    rule: "no unfinished code and no marks of it: finish it or open an issue",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    // The notes explain the rule, and a lock file is all hashes.
    let files =
        repository.files().filter(|file| !file.path.ends_with(".md") && !file.path.ends_with(".lock"));
    files.flat_map(|file| [macros(file), marks(file)].concat()).collect()
}

fn macros(file: &File) -> Vec<Finding> {
    let tokens = if file.is_rust() { tokens(&file.text).unwrap_or_default() } else { Vec::new() };
    let found =
        MACROS.iter().flat_map(|name| lines_with(&tokens, name).into_iter().map(move |line| (name, line)));
    found.map(|(name, line)| Finding::line(&file.path, line, format!("calls {name}")).about(*name)).collect()
}

fn marks(file: &File) -> Vec<Finding> {
    let is_mark = |word: &&str| MARKS.contains(word);
    let words = |line| str::split(line, |c: char| !c.is_alphanumeric() && c != '_');
    let found = file.numbered_lines().filter_map(|(number, line)| Some((number, words(line).find(is_mark)?)));
    found.map(|(line, word)| Finding::line(&file.path, line, format!("says {word}")).about(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::{CHECK, MARKS};
    use crate::expect::expect;

    #[test]
    fn unfinished_code_is_found() {
        expect(&CHECK, &[("a.rs", "//! No dbg! here.\nfn todo() { todo(\"todo!()\") }")], &[]);
        expect(
            &CHECK,
            &[("a.rs", "fn a() {\n    dbg!(1);\n    todo!()\n}")],
            &["a.rs:3: calls todo!", "a.rs:2: calls dbg!"],
        );
        expect(&CHECK, &[("a.rs", "fn a() { unimplemented!() }")], &["a.rs:1: calls unimplemented!"]);
    }

    #[test]
    fn marks_are_found_in_every_kind_of_file() {
        for mark in MARKS {
            let line = format!("# {mark}: later\n");
            expect(&CHECK, &[("a.sh", &line)], &[&format!("a.sh:1: says {mark}")]);
            expect(&CHECK, &[("CONTRIBUTING.md", &line), ("b.sh", &format!("A{mark}\n"))], &[]);
        }
    }
}
