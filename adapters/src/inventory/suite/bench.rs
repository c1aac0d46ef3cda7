//! What a provider brings to be tested.

use std::time::Duration;

use crate::inventory::Inventory;

/// A provider under test.
pub(crate) trait InventoryBench {
    /// The adapter.
    fn provider(&self) -> &dyn Inventory;
    /// Test data that brings the situation about.
    fn sku(&self, situation: Situation) -> String;
    /// Lets time pass, until whatever was under way has arrived.
    async fn pass(&self, duration: Duration);
    /// How many records the provider's own books have of a reference, and how many were taken back.
    async fn books(&self, reference: &str) -> Records;
}

/// What a SKU makes happen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Situation {
    Good,
    Refused,
    LostReply,
    Slow,
    ServerError,
    DownForAWhile,
}

/// What happened for one reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Records {
    pub(crate) synced: usize,
    pub(crate) reverted: usize,
}
