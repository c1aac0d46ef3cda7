//! The journal: what happened to every execution, durable before anything follows from it.
//!
//! Everything that happens is appended to a log of numbered segments, many executions to one record, one sync per
//! record. A finished execution moves to the archive, one row with its own occurrences in it; a segment goes once
//! nothing in it is needed. So a start reads the open executions only, however many have ever run.
//!
//! **Invariant:** a record is appended only after the one before it has been synced. So a broken record with a
//! valid one after it was lost after it had been synced, which is damage and refused; a broken record with nothing
//! valid after it was never acknowledged, and is ignored.
//!
//! What is absent: history. It is derived from the occurrences by folding them again.

mod archive;
mod archiver;
mod backup;
mod definitions;
mod directory;
mod encoding;
mod entry;
mod error;
mod file_storage;
mod inspect;
mod log;
mod lost;
mod memory_archive;
mod memory_storage;
mod recovery;
mod segment;
mod sqlite_archive;
mod storage;
mod tape;
mod trouble;
mod writer;

pub use archive::{Archive, ArchiveError, ArchivedExecution, ExpiredExecution, ListFilter, Status};
pub use archiver::ForgetHook;
pub use backup::BackedUp;
pub use definitions::{Definition, DefinitionId};
pub use directory::make_dirs;
pub use error::JournalError;
pub use file_storage::FileStorage;
pub use inspect::{Inspection, RecordedExecution};
pub use memory_archive::MemoryArchive;
pub use memory_storage::{MemoryStorage, Survives};
pub use segment::DirectoryId;
pub use sqlite_archive::SqliteArchive;
pub use storage::{LogFile, Storage};

pub(crate) use archiver::{Archiver, Done, Hooks, Job};
pub(crate) use backup::{back_up, copy_definitions};
pub(crate) use definitions::{Definitions, StoredDefinition};
pub(crate) use entry::Entry;
pub(crate) use log::Log;
pub(crate) use lost::check_complete;
pub(crate) use recovery::{OpenExecution, recover};
pub(crate) use segment::MAX_PAYLOAD;
pub(crate) use tape::Tape;
pub(crate) use writer::{Chunk, Commits, Progress, RECORD_BYTES};
