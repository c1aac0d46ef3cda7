//! What a backup is: the files of a data directory as they were at one moment, and a note that says so.
//!
//! The engine's log comes first and the store after it: a store that has seen more than its log is repaired by the
//! protocol, the other way round it would be missing what was promised. The note is written last, so that a backup
//! without one was interrupted.

mod files;
mod note;

pub(crate) use files::{BackupDir, Staged};
pub(crate) use note::{Note, StoreKind};
