//! The store on PostgreSQL: for several coordinators at once, and for databases that somebody else looks after.
//!
//! Transactions that change something run at READ COMMITTED and lock the rows that they depend on, as the trait says:
//! `FOR SHARE` and `FOR UPDATE` on saga rows, `FOR UPDATE` on ledger rows, an advisory lock on a ledger row that is not
//! there yet. Transactions that only read see one snapshot (REPEATABLE READ).
//!
//! The work of a transaction is synchronous, so it runs on a blocking thread that waits for each statement; there are
//! never more of those than connections.

mod audit_log;
mod columns;
mod commit;
mod engines;
mod error;
mod ledger;
mod meta;
mod migration;
mod options;
mod order_page;
mod orders;
mod outbox;
mod products;
mod reservations;
mod sagas;
mod store;
mod stubs;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod time;
mod tx;

pub use error::OpenError;
pub use options::{PostgresOptions, TimeSource};
pub use store::PostgresStore;
