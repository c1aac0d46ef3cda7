//! What can go wrong around a request, as opposed to inside it.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use thiserror::Error;

/// Why a database file could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// SQLite refused.
    #[error("cannot open the database {path}: {}", explain(.source))]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// The file system cannot hold a write-ahead log.
    #[error(
        "the database {path} cannot use a write-ahead log (its journal mode stays '{mode}'); put it on a local disk"
    )]
    NoWriteAheadLog {
        /// The file.
        path: PathBuf,
        /// The journal mode that SQLite chose instead.
        mode: String,
    },
    /// A migration failed; those before it have been applied.
    #[error("migration {version} ({name}) of the database {path} failed: {source}")]
    Migration {
        /// The file.
        path: PathBuf,
        /// The number of the migration.
        version: u32,
        /// The name of the migration.
        name: &'static str,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// A newer program has migrated the file.
    #[error(
        "the database {path} has schema version {found}, this program knows {known}; use the newer program"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u32,
        /// The newest version that this program has.
        known: u32,
    },
    /// The file lacks migrations, and was opened without the right to apply them.
    #[error(
        "the database {path} has schema version {found}, this program needs {needed}; open it for writing once"
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// The version in the file.
        found: u32,
        /// The version that this program reads.
        needed: u32,
    },
    /// A migration that the file already has was edited afterwards, or the file belongs to something else.
    #[error(
        "migration {version} ({name}) is not the one that was applied to the database {path}; \
         restore its text, or check that this is the right file"
    )]
    ChangedMigration {
        /// The file.
        path: PathBuf,
        /// The number of the migration.
        version: u32,
        /// The name that this program gives it.
        name: String,
    },
    /// What an earlier process has written cannot be made durable.
    #[error("the log of the database {path} cannot be synced: {source}")]
    Sync {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: SyncError,
    },
    /// The operating system refused a thread.
    #[error("cannot start the writer thread of the database {path}: {source}")]
    Thread {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

/// Whether SQLite met bytes in the file that it cannot have written.
pub fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// What SQLite said, and for a damaged file what to do about it.
pub fn explain(error: &rusqlite::Error) -> String {
    if is_damage(error) {
        format!("the file is damaged, restore the whole data directory from a backup: {error}")
    } else {
        error.to_string()
    }
}

/// Why what was written is not known to be durable.
#[derive(Debug, Error)]
pub enum SyncError {
    /// It was not tried: the log could not be opened. Nothing is lost, and it may be tried again.
    #[error("it was not tried: {0}")]
    NotTried(io::Error),
    /// It was tried, and failed. Not to be tried again: a second one may succeed without having written anything.
    #[error("what was written may be lost: {0}")]
    Failed(io::Error),
}

/// Why a write request was not carried out. Every one of these means that the request changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WriteError {
    /// The whole batch was rolled back, such as for a full disk, through no fault of this request.
    #[error("nothing was written, the database rolled the batch back: {reason}")]
    RolledBack {
        /// SQLite's reason.
        reason: String,
    },
    /// The request panicked and was rolled back.
    #[error("nothing was written, the request panicked: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
    /// Too many requests are waiting.
    #[error("nothing was written, {limit} requests are waiting already; ask again later")]
    Overloaded {
        /// How many may wait ([`Options::max_queue`](crate::Options::max_queue)).
        limit: usize,
    },
    /// The writer has stopped after a fatal error.
    #[error("nothing was written, the database's writer has stopped")]
    Stopped,
}
