//! `mod.rs` is a table of contents.

use syn::spanned::Spanned;
use syn::{Item, ItemMod, UseTree, Visibility};

use crate::{Check, File, Finding, Repository};

pub(crate) const CHECK: Check = Check {
    name: "module_files",
    rule: "mod.rs has a header, module declarations and re-exports, and nothing else",
    find,
};

fn find(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.rust_files().filter(|file| is_contents(file)) {
        let Ok(syntax) = syn::parse_file(&file.text) else {
            continue;
        };
        if let Some(item) = syntax.items.iter().find(|item| !belongs(item)) {
            let line = item.span().start().line;
            findings.push(Finding::line(&file.path, line, "is more than a declaration or a re-export"));
        }
    }
    findings
}

/// A behaviour suite is exempt: its `mod.rs` is the list of its cases and the bench that they share.
fn is_contents(file: &File) -> bool {
    file.path.ends_with("/mod.rs") && !file.path.ends_with("/suite/mod.rs") && !file.is_test()
}

/// A private `use` serves code, unless it lifts a name out of a child for the siblings.
fn belongs(item: &Item) -> bool {
    match item {
        Item::Mod(ItemMod { content, .. }) => content.is_none(),
        Item::Use(item) => !matches!(item.vis, Visibility::Inherited) || is_local(&item.tree),
        _ => false,
    }
}

fn is_local(tree: &UseTree) -> bool {
    let root = match tree {
        UseTree::Path(path) => &path.ident,
        _ => return false,
    };
    !["std", "core", "alloc", "crate", "super"].iter().any(|name| root == name)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn code_in_a_table_of_contents_is_found() {
        let contents =
            "//! A.\n\n#[macro_use]\nmod a;\npub mod b;\n\npub use a::A;\npub(crate) use b::B;\nuse a::C;\n";
        expect(
            &CHECK,
            &[("x/mod.rs", contents), ("x/lib.rs", "fn a() {}"), ("x/suite/mod.rs", "fn a() {}")],
            &[],
        );
        for code in ["fn a() {}", "struct A;", "use std::fmt;", "mod a {}", "const A: u8 = 1;", "impl A {}"] {
            let text = format!("{contents}\n{code}\n");
            expect(
                &CHECK,
                &[("x/mod.rs", &text)],
                &["x/mod.rs:11: is more than a declaration or a re-export"],
            );
        }
    }
}
