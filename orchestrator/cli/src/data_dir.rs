//! The data directory: what is where, and that one process at a time works in it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A data directory.
#[derive(Debug, Clone)]
pub(crate) struct DataDir {
    path: PathBuf,
}

/// Held by the process that works in a data directory.
#[derive(Debug)]
pub(crate) struct DataLock {
    _file: File,
}

impl DataDir {
    /// A directory that exists, to look at.
    pub(crate) fn existing(path: &Path) -> Result<Self, Failure> {
        let dir = Self { path: path.to_owned() };
        if !dir.store().is_file() {
            let shown = path.display();
            return Err(Failure::Unusable(format!(
                "{shown} is no data directory of amends: say which with --data, or make one with `amends run`"
            )));
        }
        Ok(dir)
    }

    /// A directory to work in, made if need be, and locked.
    pub(crate) fn locked(path: &Path) -> Result<(Self, DataLock), Failure> {
        let shown = path.display();
        make_private_dir(path)
            .map_err(|error| Failure::Unusable(format!("cannot make the data directory {shown}: {error}")))?;
        let lock = path.join("LOCK");
        let file = File::options().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|error| Failure::Unusable(format!("cannot write in {shown}: {error}")))?;
        match file.try_lock() {
            Ok(()) => Ok((Self { path: path.to_owned() }, DataLock { _file: file })),
            Err(TryLockError::WouldBlock) => Err(Failure::Unusable(format!(
                "another amends works in {shown}: wait until it has ended, or choose another --data"
            ))),
            Err(TryLockError::Error(error)) => Err(Failure::Failed(format!("cannot lock {shown}: {error}"))),
        }
    }

    /// Orders, sagas, ledger, products and outbox.
    pub(crate) fn store(&self) -> PathBuf {
        self.path.join("store.db")
    }

    /// The sandbox providers' books.
    pub(crate) fn books(&self) -> PathBuf {
        self.path.join("books.db")
    }

    /// The engine's journal and archive.
    pub(crate) fn engine(&self) -> PathBuf {
        self.path.join("engine")
    }

    /// The engine's journal of open executions.
    pub(crate) fn journal(&self) -> PathBuf {
        self.engine().join("journal")
    }

    /// The engine's archive of finished executions.
    pub(crate) fn archive(&self) -> PathBuf {
        self.engine().join("archive.db")
    }
}

/// Makes a directory that only its owner may enter: orders hold addresses of people.
fn make_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}
