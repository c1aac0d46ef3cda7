//! The books of the sandbox providers: what really happened, whoever was told.
//!
//! They are a database of their own, never the worker's: if an effect and our record of it shared a transaction, no
//! reply could ever be lost between the two, and the sandbox would prove nothing. They hold references, hashes and
//! amounts; no address and no payment method of a person.

mod entries;
mod entry;
mod memory;
mod page;
mod row;
mod sqlite;
mod storage;
#[cfg(test)]
mod suite;

pub use entries::Entries;
pub use entry::{EffectKind, Entry, NewEntry, Position};
pub use memory::MemoryBooks;
pub use page::{Delayed, Page};
pub use sqlite::{SqliteBooks, SqliteBooksReader};
pub(crate) use storage::transact;
pub use storage::{Books, BooksError, BooksReader, Work};
