//! A transaction.

use amends_types::Timestamp;

use crate::{
    AuditLogTx, EnginesTx, LedgerTx, OrdersTx, OutboxTx, ProductsTx, ReservationsTx, SagasTx, StubsTx,
};

/// One transaction: everything that is changed through it happens at once, or not at all.
///
/// # Behaviour
/// - A transaction that fails half way leaves no row of any kind.
/// - Work sees its own changes.
/// - No reader sees a part of a transaction.
/// - No count is lost when many read and write the same row.
/// - What was answered survives a kill.
pub trait Tx:
    SagasTx + LedgerTx + OrdersTx + OutboxTx + ProductsTx + ReservationsTx + AuditLogTx + EnginesTx + StubsTx
{
    /// The database's clock.
    ///
    /// # Behaviour
    /// - Time is the same throughout a transaction.
    /// - Time does not go back when the clock does.
    /// - Later commits have later times, whoever makes them.
    /// - A read is later than what it sees.
    fn now(&self) -> Timestamp;
}
