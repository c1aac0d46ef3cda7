//! The store: what a saga really is.
//!
//! Orders, products, saga rows, the ledger and the outbox, behind one trait. The rules of the saga protocol are not
//! here but in the harness, written once over the rows of [`Tx`]; a store gives atomic, isolated, durable
//! transactions and nothing else. [`MemoryStore`] is for verification; SQLite lives in a crate of its own, so that no
//! database driver is on the deterministic path. Every store passes the same behaviour suite (feature
//! `suite`).

mod audit_log;
mod engines;
mod error;
mod ledger;
mod memory;
mod orders;
mod outbox;
mod products;
mod reservations;
mod sagas;
mod store;
mod stubs;
#[cfg(feature = "suite")]
pub mod suite;
mod tx;

pub use audit_log::{AuditAction, AuditLogTx, AuditQuery, AuditRow, NewAuditRow};
pub use engines::{EngineBeat, EnginesTx};
pub use error::StoreError;
pub use ledger::{Lease, LeaseToken, LedgerRow, LedgerStatus, LedgerTx, Undo};
pub use memory::MemoryStore;
pub use orders::{Customer, OrderLine, OrderQuery, OrderRow, OrderStatus, OrdersTx, PricedLine};
pub use outbox::{OutboxRow, OutboxTx};
pub use products::{MAX_STOCK, ProductRow, ProductsTx};
pub use reservations::{ReservationRow, ReservationsTx};
pub use sagas::{Restored, SagaLock, SagaQuery, SagaRow, SagaState, SagasTx};
pub use store::{Access, Store, Work};
pub use stubs::{StubRow, StubsTx};
pub use tx::Tx;
