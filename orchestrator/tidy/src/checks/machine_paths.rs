//! Nothing depends on how one machine is laid out.

use crate::tokens::{test_lines, tokens};
use crate::{Check, File, Finding, Repository};

// Put together here, so that this list does not find itself.
const BANNED: &[&str] = &[
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
    concat!("/tm", "p/"),
    concat!("/Use", "rs/"),
];

pub(crate) const CHECK: Check = Check {
    name: "machine_paths",
    rule: "no file names a directory of somebody's machine: paths are relative, given, or come from the environment",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    repository.files().filter(|file| !file.is_test()).flat_map(named).collect()
}

fn named(file: &File) -> Vec<Finding> {
    let tokens = if file.is_rust() { tokens(&file.text).unwrap_or_default() } else { Vec::new() };
    let tests = test_lines(&tokens);
    let lines = file.numbered_lines().filter(|(number, _)| !tests.iter().any(|range| range.contains(number)));
    let found =
        lines.filter_map(|(number, line)| Some((number, *BANNED.iter().find(|path| names(line, path))?)));
    found.map(|(line, path)| Finding::line(&file.path, line, format!("names {path}")).about(path)).collect()
}

/// Whether an absolute path in `line` begins with `path`. Inside a longer path or an address it is something else.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "/.-_}$~*".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::{BANNED, CHECK};
    use crate::expect::expect;

    #[test]
    fn a_path_of_a_machine_is_found() {
        for path in BANNED {
            let line = format!("cd {path}a\n");
            let code = format!("fn a() {{}}\n// in '{path}a'\n");
            expect(
                &CHECK,
                &[("a.sh", &line), ("b.rs", &code)],
                &[&format!("a.sh:1: names {path}"), &format!("b.rs:2: names {path}")],
            );
        }
    }

    #[test]
    fn tests_and_parts_of_other_paths_are_free() {
        let path = BANNED[0];
        let in_tests = format!("#[cfg(test)]\nmod tests {{\n    // {path}\n}}\n");
        let longer = format!("https://a.example{path}b ${{a}}{path}b");
        expect(&CHECK, &[("a.rs", &in_tests), ("tests/b.rs", &format!("// {path}")), ("c.md", &longer)], &[]);
    }
}
