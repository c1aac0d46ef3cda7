//! The inventory trait: record a sale under a reference, find it, take it back.

use std::time::Duration;

use async_trait::async_trait;

use super::{Reverted, SyncReceipt, SyncRequest};
use crate::{Call, Contract, ProviderError};

/// Keeps an external stock system in step with what was sold.
#[async_trait]
pub trait Inventory: Send + Sync + 'static {
    /// What this provider promises about keys, repeats and lookups.
    fn contract(&self) -> Contract;

    /// Records all lines of one sale.
    ///
    /// A provider that fails after a part of the lines answers unknown. A repeat with the same key records the rest,
    /// so that it is one sale; a revert takes back what there is, and from then on nothing more is recorded of it.
    ///
    /// # Errors
    /// See [`ProviderError`].
    ///
    /// # Behaviour
    /// - A sync is recorded once.
    /// - A sync again with the same key answers the same receipt.
    /// - A sync with the same key and another body is refused.
    /// - A refused sync is proven not done.
    /// - A sync whose reply is lost is found by its repeat.
    /// - A sync slower than the limit times out and is found by its repeat.
    /// - A sync answered with a server error may have happened and its repeat ends it.
    /// - An inventory that is down for a while did nothing until it is back.
    async fn sync(&self, call: &Call, request: &SyncRequest) -> Result<SyncReceipt, ProviderError>;

    /// Looks for what is recorded under `reference` and not taken back, within `limit`.
    ///
    /// A receipt is of a whole sale. A part is neither that nor nothing: recorded again it would be counted twice,
    /// and taken for the whole the rest would be missing. It is [`ProviderError::WrongState`], and a revert takes it
    /// back.
    ///
    /// # Errors
    /// See [`ProviderError`].
    ///
    /// # Behaviour
    /// - Finding answers the receipt until it is reverted.
    /// - Finding an unknown reference answers nothing.
    /// - Finding before a slow sync arrives answers nothing and the receipt afterwards.
    async fn find(&self, limit: Duration, reference: &str) -> Result<Option<SyncReceipt>, ProviderError>;

    /// Takes back what is recorded under `reference`, whether that is the whole of a sale or a part.
    ///
    /// # Errors
    /// See [`ProviderError`].
    ///
    /// # Behaviour
    /// - Reverting takes the record back once.
    /// - Reverting again with the same key answers the same.
    /// - Reverting again with another key takes back nothing more.
    /// - Reverting a sync whose reply was lost takes it back.
    /// - Reverting an unknown reference finds nothing.
    /// - Reverting before a slow sync arrives finds nothing and takes it back afterwards.
    async fn revert(&self, call: &Call, reference: &str) -> Result<Reverted, ProviderError>;
}
