//! Making directories that are there after a power failure.

use std::fs::{DirBuilder, File};
use std::io;
use std::path::Path;

/// Makes a directory and those above it that are missing. The names of all that were made are durable when this returns.
///
/// # Errors
/// When one cannot be made, or the one above it cannot be synced.
pub fn make_dirs(path: &Path, builder: &DirBuilder) -> io::Result<()> {
    make(path, builder, &mut |dir| File::open(dir)?.sync_all())
}

fn make(path: &Path, builder: &DirBuilder, sync: &mut dyn FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let above = path.parent().unwrap_or(path);
    make(above, builder, sync)?;
    match builder.create(path) {
        // Somebody else has made it meanwhile, and may not have synced it yet.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !path.is_dir() => return Err(error),
        Ok(()) | Err(_) => {}
    }
    sync(if above.as_os_str().is_empty() { Path::new(".") } else { above })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_above_a_new_directory_is_synced() {
        let root = tempfile::tempdir().unwrap();
        let synced = |path: &str| {
            let mut synced = Vec::new();
            let mut sync = |dir: &Path| {
                synced.push(dir.strip_prefix(root.path()).unwrap().display().to_string());
                Ok(())
            };
            make(&root.path().join(path), &DirBuilder::new(), &mut sync).unwrap();
            synced
        };
        assert_eq!(synced("data/engine/journal"), ["", "data", "data/engine"]);
        assert!(synced("data/engine").is_empty());
        assert_eq!(synced("data/other"), ["data"]);
        make_dirs(&root.path().join("a/b"), &DirBuilder::new()).unwrap();
        assert!(root.path().join("a/b").is_dir());
        std::fs::write(root.path().join("file"), "").unwrap();
        assert!(make_dirs(&root.path().join("file"), &DirBuilder::new()).is_err());
    }
}
