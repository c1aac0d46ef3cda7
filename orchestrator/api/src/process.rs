//! What the process behind the API does.

use amends_store::OutboxRow;
use amends_types::SagaId;

/// The process that the API is a part of.
pub trait Process: Send + Sync + 'static {
    /// An order is placed, durably: its execution is to be started. When that fails, the outbox still has it.
    fn placed(&self, row: OutboxRow);

    /// Something was decided about a saga: its execution is to be looked at soon.
    fn look_at(&self, saga: &SagaId);

    /// How many sagas are under way in this process.
    fn open_sagas(&self) -> usize;

    /// Why the process cannot serve now; nothing if it can.
    fn not_ready(&self) -> Vec<String>;

    /// Takes no more orders, and ends when those under way have ended.
    fn drain(&self);

    /// Whether it drains.
    fn is_draining(&self) -> bool;
}
