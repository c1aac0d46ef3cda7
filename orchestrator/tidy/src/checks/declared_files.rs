//! A Rust file that no `mod` declares is never compiled, and its tests never run.

use crate::tokens::{lines_with, tokens};
use crate::{Check, File, Finding, Repository};

pub(crate) const CHECK: Check = Check {
    name: "declared_files",
    rule: "a Rust file below src/ is declared by its parent module, else it is not compiled",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let undeclared = repository.rust_files().filter(|file| !is_declared(repository, file));
    undeclared.map(|file| Finding::file(&file.path, "is declared by no module")).collect()
}

fn is_declared(repository: &Repository, file: &File) -> bool {
    let Some((krate, module)) = file.path.rsplit_once("/src/") else {
        return true;
    };
    // The roots of targets are cargo's to find.
    if matches!(module, "lib.rs" | "main.rs") || module.starts_with("bin/") {
        return true;
    }
    let module = module.trim_end_matches(".rs").trim_end_matches("/mod");
    let (parents, name) = match module.rsplit_once('/') {
        Some((parent, name)) => (vec![format!("{parent}/mod.rs"), format!("{parent}.rs")], name),
        None => (vec!["lib.rs".to_owned(), "main.rs".to_owned()], module),
    };
    let parents = parents.iter().filter_map(|parent| repository.file(&format!("{krate}/src/{parent}")));
    parents.into_iter().any(|parent| declares(parent, name))
}

fn declares(parent: &File, name: &str) -> bool {
    let tokens = tokens(&parent.text).unwrap_or_default();
    !lines_with(&tokens, &format!("mod {name};")).is_empty()
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn a_file_that_is_never_compiled_is_found() {
        let files = [
            ("x/src/lib.rs", "mod a;\npub(crate) mod b;\n#[cfg(test)] mod tests;"),
            ("x/src/a.rs", ""),
            ("x/src/b/mod.rs", "mod c;\n// mod d;"),
            ("x/src/b/c.rs", ""),
            ("x/src/tests.rs", ""),
            ("x/src/bin/e.rs", ""),
            ("x/tests/f.rs", ""),
        ];
        expect(&CHECK, &files, &[]);
        let files = [&files[..], &[("x/src/b/d.rs", ""), ("x/src/g.rs", "")]].concat();
        expect(
            &CHECK,
            &files,
            &["x/src/b/d.rs: is declared by no module", "x/src/g.rs: is declared by no module"],
        );
    }
}
