//! A crate that does not ask for the workspace's lints has none of them.

use toml::Value;

use crate::manifest::Manifest;
use crate::{Check, Finding, Repository};

pub(crate) const CHECK: Check =
    Check { name: "lints", rule: "every crate has `[lints] workspace = true`", find };

fn find(repository: &Repository) -> Vec<Finding> {
    let manifests = Manifest::all(repository).into_iter();
    let without = manifests.filter(|manifest| {
        let inherited = manifest.table.get("lints").and_then(|lints| lints.get("workspace"));
        inherited != Some(&Value::Boolean(true))
    });
    without.map(|manifest| Finding::file(&manifest.file.path, "does not inherit the lints")).collect()
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn a_crate_without_the_lints_is_found() {
        let package = "[package]\nname = 'a'\n";
        let with = format!("{package}[lints]\nworkspace = true\n");
        expect(&CHECK, &[("a/Cargo.toml", &with), ("Cargo.toml", "[workspace]")], &[]);
        expect(&CHECK, &[("a/Cargo.toml", package)], &["a/Cargo.toml: does not inherit the lints"]);
    }
}
