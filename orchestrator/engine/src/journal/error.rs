//! Why a journal cannot be opened or read.

use std::fmt::Display;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::journal::{ArchiveError, DirectoryId};

/// Why a journal cannot be opened or read. None of these changes anything on the disk.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Another process runs an engine on this directory.
    #[error("another engine uses the directory {dir}; stop it first, or choose another directory")]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot use the journal file {file}: {source}")]
    Io {
        /// The file or directory.
        file: String,
        /// The reason.
        source: io::Error,
    },
    /// A file was changed after it had been written.
    #[error(
        "the journal file {file} is damaged at byte {offset}: {what}; restore the whole data directory from a backup"
    )]
    Damaged {
        /// The file.
        file: String,
        /// Where it stops making sense.
        offset: usize,
        /// What is wrong there.
        what: String,
    },
    /// The journal was written by a program with another format.
    #[error(
        "the journal file {file} has format version {found}, this program knows {known}; use the program that wrote it"
    )]
    Version {
        /// The file.
        file: String,
        /// The version in the file.
        found: u32,
        /// The version of this program.
        known: u32,
    },
    /// The journal belongs to another data directory.
    #[error(
        "the journal file {file} belongs to the data directory {found}, this one is {expected}; \
         keep the files of a data directory together"
    )]
    OtherDirectory {
        /// The file.
        file: String,
        /// The id in the file.
        found: DirectoryId,
        /// The id of this directory.
        expected: DirectoryId,
    },
    /// A state machine's definition, which an execution needs, is not there.
    #[error(
        "the definition file {file} is missing or was changed; restore the whole data directory from a backup"
    )]
    Definition {
        /// The file.
        file: String,
    },
    /// The archive has what the journal had before, and has no more.
    #[error(
        "the journal has lost {what}, which archive.db has: its last files are missing or were cut after they had been \
         written; restore the whole data directory from a backup"
    )]
    Lost {
        /// What is missing.
        what: String,
    },
    /// The archive cannot be used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

impl JournalError {
    pub(crate) fn io(file: impl Display, source: io::Error) -> Self {
        Self::Io { file: file.to_string(), source }
    }

    pub(crate) fn damaged(file: &str, offset: usize, what: impl Into<String>) -> Self {
        Self::Damaged { file: file.to_owned(), offset, what: what.into() }
    }
}
