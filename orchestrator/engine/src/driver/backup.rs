//! Copying a directory in which an engine may be at work, and making a copy another directory's.

use std::path::Path;

use crate::driver::Engine;
use crate::driver::open::{ARCHIVE, JOURNAL};
use crate::journal::{self, BackedUp, DirectoryId, JournalError, SqliteArchive};

impl Engine {
    /// Copies the engine's files from `dir` into the directory `into`, durably, whether an engine is at work there or
    /// not. An engine that is opened on the copy resumes what was open.
    ///
    /// What the workers write elsewhere must be copied afterwards: an engine does not open when its log has seen more
    /// than that has ([`EngineOpenError::StoreBehind`](crate::driver::EngineOpenError::StoreBehind)).
    ///
    /// # Errors
    /// When the files cannot be read, or are damaged or another directory's, or when the copy cannot be written.
    pub fn back_up(dir: &Path, directory: DirectoryId, into: &Path) -> Result<BackedUp, JournalError> {
        let from = (dir.join(JOURNAL), dir.join(ARCHIVE));
        let to = (into.join(JOURNAL), into.join(ARCHIVE));
        journal::back_up((&from.0, &from.1), (&to.0, &to.1), directory)
    }

    /// Copies what is finished in `dir` into the directory `into`, as the past of another data directory. What was open
    /// goes on elsewhere, and is left out.
    ///
    /// # Errors
    /// When the files cannot be read or written.
    pub fn copy_finished(dir: &Path, into: &Path, directory: DirectoryId) -> Result<(), JournalError> {
        journal::copy_definitions(&dir.join(JOURNAL), &into.join(JOURNAL))?;
        let archive = dir.join(ARCHIVE);
        if archive.is_file() {
            SqliteArchive::copy_for(&archive, &into.join(ARCHIVE), directory)?;
        }
        Ok(())
    }
}
