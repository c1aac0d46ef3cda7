//! The store in one SQLite file: durable, embedded, nothing else to install.
//!
//! All transactions that change something run one after the other on the writer thread of [`amends_sqlite`], and
//! those that wait together share one commit. So no row is ever locked: what another database does with `FOR SHARE`
//! and `FOR UPDATE`, the single writer gives for nothing.

mod audit_log;
mod columns;
mod engines;
mod error;
mod ledger;
mod meta;
mod order_page;
mod orders;
mod outbox;
#[cfg(test)]
mod plans;
mod products;
mod reservations;
mod sagas;
mod store;
mod stubs;
mod timeline;
mod tx;

pub use amends_sqlite::{Options, Statistics, Synchronous};
pub use error::OpenError;
pub use store::SqliteStore;
