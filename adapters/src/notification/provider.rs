//! The notification trait: send a message, and look it up where the provider can.

use std::time::Duration;

use async_trait::async_trait;

use super::{Notice, NoticeKind, Sent};
use crate::{Call, Contract, ProviderError};

/// Sends messages to customers.
#[async_trait]
pub trait Notification: Send + Sync + 'static {
    /// What this provider promises about keys, repeats and lookups.
    fn contract(&self) -> Contract;

    /// Hands the notice over for delivery.
    ///
    /// # Errors
    /// See [`ProviderError`].
    ///
    /// # Behaviour
    /// - A notice reaches its recipient.
    /// - A notice sent again with the same key has the same id.
    /// - A provider that keeps keys delivers a repeated notice once.
    /// - A provider that keeps keys refuses one with another body.
    /// - A correction is told apart from a confirmation.
    /// - A notice to a rejected recipient is proven not done.
    /// - A notice while the provider is down is proven not done.
    /// - A notice whose reply is lost may have happened and its repeat has the same id.
    /// - No error names the recipient.
    async fn send(&self, call: &Call, notice: &Notice) -> Result<Sent, ProviderError>;

    /// The lookup, if the provider has one.
    ///
    /// # Behaviour
    /// - A lookup exists exactly if the contract says so.
    fn lookup(&self) -> Option<&dyn SentLookup>;
}

/// Finds out whether a notice was sent.
#[async_trait]
pub trait SentLookup: Send + Sync {
    /// What was sent of `kind` under `reference`, asked within `limit`.
    ///
    /// # Errors
    /// See [`ProviderError`].
    ///
    /// # Behaviour
    /// - A lookup finds what was sent and nothing else.
    async fn sent(
        &self,
        limit: Duration,
        reference: &str,
        kind: NoticeKind,
    ) -> Result<Option<Sent>, ProviderError>;
}
