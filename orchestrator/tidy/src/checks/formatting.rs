//! Rust files are formatted, those outside of any crate's module tree too.
//!
//! Each file goes through rustfmt's standard input: given a path, rustfmt would follow its module declarations and
//! look at most files several times.

use std::io::{self, Write};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::process::{Command, Stdio};
use std::thread;

use crate::{Check, File, Finding, Repository};

pub(crate) const CHECK: Check =
    Check { name: "formatting", rule: "every Rust file is as `cargo fmt` would write it", find };

fn find(repository: &Repository) -> Vec<Finding> {
    let files: Vec<&File> = repository.rust_files().collect();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = files.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let check = |share: &[&File]| share.iter().filter_map(|file| unformatted(file)).collect();
        let checks: Vec<_> = files.chunks(share).map(|share| scope.spawn(move || check(share))).collect();
        let findings =
            checks.into_iter().map(|check| check.join().unwrap_or_else(|panic| resume_unwind(panic)));
        findings.collect::<Vec<Vec<Finding>>>().concat()
    })
}

fn unformatted(file: &File) -> Option<Finding> {
    let formatted = match formatted(&file.text) {
        Ok(formatted) => formatted,
        Err(error) => return Some(Finding::file(&file.path, format!("rustfmt fails: {error}"))),
    };
    if formatted == file.text {
        return None;
    }
    let same = file.text.lines().zip(formatted.lines()).take_while(|(ours, theirs)| ours == theirs).count();
    Some(Finding::line(&file.path, same + 1, "is not formatted; run `cargo fmt` or `rustfmt` on the file"))
}

fn formatted(text: &str) -> io::Result<String> {
    let root = Repository::root();
    let mut child = Command::new("rustfmt")
        .current_dir(&root)
        .args(["--edition", "2024", "--config-path", "rustfmt.toml"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // rustfmt reads everything before it writes anything, so this cannot wait for itself.
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::expect::expect;

    #[test]
    fn a_file_that_rustfmt_would_change_is_found() {
        expect(&CHECK, &[("a.rs", "//! A.\n\nmod not_there;\n\nfn a() {}\n")], &[]);
        expect(
            &CHECK,
            &[("a.rs", "//! A.\n\nfn  a() {}\n")],
            &["a.rs:3: is not formatted; run `cargo fmt` or `rustfmt` on the file"],
        );
    }
}
