//! A transaction.

use amends_types::Timestamp;

use crate::{LedgerTx, OrdersTx, OutboxTx, ProductsTx, ReservationsTx, SagasTx};

/// One transaction: everything that is changed through it happens at once, or not at all.
///
/// # Behaviour
/// - Work that fails leaves nothing behind.
/// - No other transaction sees a part of it.
/// - What was answered as committed survives a crash, in a store that is not in memory.
/// - Time never goes back: a transaction that commits later has a later [`Tx::now`].
pub trait Tx: SagasTx + LedgerTx + OrdersTx + OutboxTx + ProductsTx + ReservationsTx {
    /// The database's clock. It is the same throughout one transaction.
    fn now(&self) -> Timestamp;
}
