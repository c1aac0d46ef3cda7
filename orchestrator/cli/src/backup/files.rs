//! Directories that are made whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::data_dir::{DataDir, make_private_dir};
use crate::failure::Failure;

/// Where a backup is made.
pub(crate) struct BackupDir(PathBuf);

impl BackupDir {
    /// A new directory, or one that is empty.
    pub(crate) fn new(path: &Path) -> Result<Self, Failure> {
        require_empty(path)?;
        make_private_dir(path).map_err(|error| cannot_make(path, &error))?;
        Ok(Self(path.to_owned()))
    }

    /// The files of a backup have the names that they have in a data directory.
    pub(crate) fn files(&self) -> DataDir {
        DataDir::at(&self.0)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

/// A data directory in the making, beside the place where it will be.
pub(crate) struct Staged {
    staging: PathBuf,
    place: PathBuf,
}

impl Staged {
    /// Begins a directory for `place`, which is not there yet, or empty.
    pub(crate) fn begin(place: &Path) -> Result<Self, Failure> {
        require_empty(place)?;
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(".restoring");
        let staging = place.with_file_name(name);
        if staging.exists() {
            let shown = staging.display();
            return Err(Failure::Unusable(format!(
                "{shown} was left by a restore that did not finish: remove it, and try again"
            )));
        }
        make_private_dir(&staging).map_err(|error| cannot_make(&staging, &error))?;
        Ok(Self { staging, place: place.to_owned() })
    }

    pub(crate) fn files(&self) -> DataDir {
        DataDir::at(&self.staging)
    }

    /// Copies a file of the backup, if it is there.
    pub(crate) fn take(&self, from: &Path, to: &Path) -> Result<(), Failure> {
        if !from.exists() {
            return Ok(());
        }
        copy_all(from, to).map_err(|error| {
            Failure::Failed(format!("cannot copy {} to {}: {error}", from.display(), to.display()))
        })
    }

    /// Puts the directory in its place, durably.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let finish = || {
            sync_all(&self.staging)?;
            // An empty directory may be there.
            if self.place.exists() {
                fs::remove_dir(&self.place)?;
            }
            fs::rename(&self.staging, &self.place)?;
            let parent = self.place.parent().filter(|parent| !parent.as_os_str().is_empty());
            File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
        };
        finish().map_err(|error: io::Error| cannot_make(&self.place, &error))
    }
}

impl Drop for Staged {
    /// A restore that failed leaves nothing behind. After one that succeeded there is nothing here any more.
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.staging));
    }
}

fn require_empty(path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    match fs::read_dir(path).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Failure::Unusable(format!("{shown} is not empty: name a directory that is not there yet")))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::Unusable(format!("cannot use {shown}: {error}"))),
    }
}

fn cannot_make(path: &Path, error: &io::Error) -> Failure {
    Failure::Failed(format!("cannot make {}: {error}", path.display()))
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn sync_all(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            sync_all(&entry?.path())?;
        }
    }
    File::open(path)?.sync_all()
}
