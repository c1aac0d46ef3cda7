//! The files that the checks look at.
//!
//! Those that git tracks, so that build output, data directories and notes in a working copy are nobody's business.
//! Without git (an unpacked archive) it is every file that is not hidden and not build output.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// From the root, with `/` between the parts.
    pub path: String,
    /// Its content; empty if it is not text.
    pub text: String,
}

/// All files of the repository, in the order of their paths.
#[derive(Debug, Clone, Default)]
pub struct Repository {
    files: Vec<File>,
}

/// A file or directory could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {source}", path.display())]
pub struct RepositoryError {
    path: PathBuf,
    source: io::Error,
}

impl File {
    /// Whether this is Rust source.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether only tests use it: it lies in a `tests` or `benches` directory, or is the file of `mod tests;`.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| matches!(part, "tests" | "benches" | "tests.rs"))
    }

    /// Its lines, counted from 1.
    pub fn numbered_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

impl Repository {
    /// The repository that this crate is part of.
    ///
    /// # Errors
    /// A tracked file cannot be read.
    pub fn this() -> Result<Self, RepositoryError> {
        Self::at(&Self::root())
    }

    /// Where the repository that this crate is part of is. What cargo says while it runs the tests comes first: the
    /// program may have been built in another checkout.
    pub fn root() -> PathBuf {
        let here = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        here.filter(|path| path.ends_with("orchestrator/tidy"))
            .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")))
            .join("../..")
    }

    /// The repository at `root`.
    ///
    /// # Errors
    /// A tracked file cannot be read.
    pub fn at(root: &Path) -> Result<Self, RepositoryError> {
        let mut paths = match tracked(root) {
            Some(paths) => paths,
            None => walked(root, "")?,
        };
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            match fs::read(root.join(&path)) {
                Ok(bytes) => files.push(File { path, text: String::from_utf8(bytes).unwrap_or_default() }),
                // Deleted in the working copy, and git was not told yet.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => {
                    return Err(RepositoryError { path: root.join(path), source });
                }
            }
        }
        Ok(Self { files })
    }

    /// A repository of these files, each a path and a text.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|&(path, text)| File { path: path.to_owned(), text: text.to_owned() });
        Self { files: files.collect() }
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// All Rust files.
    pub fn rust_files(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|file| file.is_rust())
    }

    /// The file at `path`, if there is one.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files().find(|file| file.path == path)
    }

    /// Whether a file or a directory with files is at `path`.
    pub fn has(&self, path: &str) -> bool {
        let directory = format!("{path}/");
        self.files().any(|file| file.path == path || file.path.starts_with(&directory))
    }
}

/// What git tracks below `root`, or nothing if git does not say.
fn tracked(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git").arg("-C").arg(root).args(["ls-files", "-z"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let paths: Vec<String> = text.split_terminator('\0').map(str::to_owned).collect();
    (!paths.is_empty()).then_some(paths)
}

/// Every file below `root`/`below` that is neither hidden nor build output.
fn walked(root: &Path, below: &str) -> Result<Vec<String>, RepositoryError> {
    let directory = root.join(below);
    let read = || -> io::Result<Vec<_>> { fs::read_dir(&directory)?.collect() };
    let entries = read().map_err(|source| RepositoryError { path: directory.clone(), source })?;
    let mut paths = Vec::new();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if (name.starts_with('.') && !matches!(&*name, ".ci" | ".gitignore"))
            || matches!(&*path, "target" | "amends-data")
        {
            continue;
        }
        if entry.path().is_dir() {
            paths.extend(walked(root, &path)?);
        } else {
            paths.push(path);
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_finds_what_git_tracks_of_this_crate() {
        let below = "orchestrator/tidy/src";
        let walked = walked(&Repository::root(), below).unwrap();
        let tracked = tracked(&Repository::root()).unwrap_or_default();
        for path in tracked.iter().filter(|path| path.starts_with(below)) {
            assert!(walked.contains(path), "{path} was not walked");
        }
        assert!(walked.contains(&"orchestrator/tidy/src/repository.rs".to_owned()));
    }

    #[test]
    fn test_files_are_told_by_their_place() {
        let is_test = |path: &str| File { path: path.to_owned(), text: String::new() }.is_test();
        assert!(is_test("adapters/tests/smtp.rs"));
        assert!(is_test("adapters/src/payment/tests.rs"));
        assert!(!is_test("adapters/src/payment/latest.rs"));
    }
}
