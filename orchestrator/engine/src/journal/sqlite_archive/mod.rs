//! The archive as an SQLite file: one row per finished execution.
//!
//! Its commits are not synced one by one: a segment of the log is removed only after
//! [`Archive::sync`](crate::journal::Archive::sync), so a lost commit is made again from the log.
//!
//! **Invariant:** whatever is answered from a row was compared with the checksum that was stored with it.

mod archive;
mod row;
mod schema;
mod tape_parts;
#[cfg(test)]
mod tests;

pub use archive::SqliteArchive;
