//! Finding PostgreSQL's programs, and the user to run them as.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory that has `initdb` and `postgres`.
///
/// # Panics
/// When there is none: tests against PostgreSQL are never skipped.
pub(super) fn directory() -> PathBuf {
    let in_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    debian.sort();
    let has_both = |dir: &PathBuf| dir.join("initdb").exists() && dir.join("postgres").exists();
    debian.into_iter().rev().chain(in_path).find(has_both).unwrap_or_else(|| {
        panic!("PostgreSQL is needed for this test and was not found: run .ci/install-test-tools")
    })
}

/// Whether this process is root, as whom PostgreSQL refuses to run.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

/// The user that the server runs as, if that is another than this one.
pub(super) fn other_user() -> Option<&'static str> {
    let has = |user: &str| Command::new("id").arg(user).output().is_ok_and(|id| id.status.success());
    is_root().then(|| if has("postgres") { "postgres" } else { "nobody" })
}

/// A command that runs as the server's user.
pub(super) fn command(program: &Path) -> Command {
    match other_user() {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]).arg(program);
            command
        }
    }
}
