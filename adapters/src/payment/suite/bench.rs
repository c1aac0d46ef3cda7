//! What a provider brings to be tested.

use std::time::Duration;

use amends_types::Money;

use crate::payment::{Payment, PaymentId, PaymentMethod};

/// A provider under test.
pub(crate) trait PaymentBench {
    /// The adapter.
    fn provider(&self) -> &dyn Payment;
    /// Test data that brings the situation about.
    fn method(&self, situation: Situation) -> PaymentMethod;
    /// An id that the provider might have issued and did not.
    fn unknown_payment(&self) -> PaymentId;
    /// Lets time pass, until whatever was under way has arrived.
    async fn pass(&self, duration: Duration);
    /// What the provider's own books say of a reference.
    async fn books(&self, reference: &str) -> Balance;
}

/// What a payment method makes happen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Situation {
    Good,
    Unknown,
    Declined,
    LostReply,
    SlowSuccess,
    ServerError,
    DownForAWhile,
    RefundFails,
}

/// What happened for one reference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Balance {
    pub(crate) payments: usize,
    pub(crate) captured: Vec<Money>,
    pub(crate) canceled: usize,
    pub(crate) refunded: Vec<Money>,
}
