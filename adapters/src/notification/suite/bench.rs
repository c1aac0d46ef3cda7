//! What a provider brings to be tested.

use crate::notification::{Notice, Notification};

/// A provider under test.
pub(crate) trait NotificationBench {
    /// The adapter.
    fn provider(&self) -> &dyn Notification;
    /// An address that brings the situation about.
    fn address(&self, situation: Situation) -> String;
    /// How often this notice was really delivered.
    async fn deliveries(&self, notice: &Notice) -> usize;
}

/// What happens at a recipient.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Situation {
    Good,
    Rejected,
    Down,
    /// Delivered, and the first reply is lost.
    LostReply,
}
