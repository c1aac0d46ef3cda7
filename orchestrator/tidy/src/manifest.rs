//! The crates of the workspace and what each depends on, read from their `Cargo.toml` files.

use toml::{Table, Value};

use crate::{File, Repository};

/// One `Cargo.toml` of a crate.
pub(crate) struct Manifest<'a> {
    /// Its file.
    pub(crate) file: &'a File,
    /// The name of its package.
    pub(crate) name: String,
    /// The packages that it is built with, dev-dependencies not counted.
    pub(crate) dependencies: Vec<String>,
    /// Everything in it.
    pub(crate) table: Table,
}

impl<'a> Manifest<'a> {
    /// All crates of `repository`. A manifest that does not parse is none: cargo says so better than we could.
    pub(crate) fn all(repository: &'a Repository) -> Vec<Self> {
        let manifests = repository.files().filter(|file| file.path.rsplit('/').next() == Some("Cargo.toml"));
        manifests.filter_map(Self::read).collect()
    }

    fn read(file: &'a File) -> Option<Self> {
        let table: Table = file.text.parse().ok()?;
        let name = table.get("package")?.get("name")?.as_str()?.to_owned();
        let mut dependencies = built_with(&table);
        let targets = table.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
        dependencies.extend(targets.filter_map(Value::as_table).flat_map(built_with));
        dependencies.sort();
        dependencies.dedup();
        Some(Self { file, name, dependencies, table })
    }

    /// The line that mentions `dependency` first, or 0.
    pub(crate) fn line_of(&self, dependency: &str) -> usize {
        let mentions =
            |line: &str| line.starts_with(dependency) || line.contains(&format!("\"{dependency}\""));
        self.file.numbered_lines().find(|(_, line)| mentions(line)).map_or(0, |(number, _)| number)
    }
}

/// The packages in the two dependency tables that end up in a build.
fn built_with(table: &Table) -> Vec<String> {
    let tables = ["dependencies", "build-dependencies"].iter().filter_map(|key| table.get(*key)?.as_table());
    let packages = tables.flatten().map(|(key, value)| {
        // A dependency may be renamed; what counts is the package.
        value.get("package").and_then(Value::as_str).unwrap_or(key).to_owned()
    });
    packages.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_found_in_every_table_and_under_any_name() {
        let text = "[package]\nname = 'a'\n[dependencies]\nb.workspace = true\nc = { package = 'd' }\n\
                    [build-dependencies]\ne = '1'\n[target.'cfg(unix)'.dependencies]\nf = '1'\n\
                    [dev-dependencies]\ng = '1'\n";
        let repository = Repository::of(&[("x/Cargo.toml", text), ("Cargo.toml", "[workspace]")]);
        let manifests = Manifest::all(&repository);
        assert_eq!(manifests.len(), 1);
        assert_eq!(manifests[0].dependencies, ["b", "d", "e", "f"]);
        assert_eq!(manifests[0].line_of("d"), 0);
        assert_eq!(manifests[0].line_of("e"), 7);
    }
}
