//! The sandbox's inventory at the end of the wire.

use std::sync::Arc;
use std::time::Duration;

use amends_adapters::inventory::{Inventory, Reverted, SyncReceipt, SyncRequest};
use amends_adapters::{Call, Contract, ProviderError};
use async_trait::async_trait;

use super::served::{line, over};
use crate::explore::{Line, Wire};

pub(super) struct WiredInventory {
    pub(super) inner: Arc<dyn Inventory>,
    pub(super) wire: Wire,
}

#[async_trait]
impl Inventory for WiredInventory {
    fn contract(&self) -> Contract {
        self.inner.contract()
    }

    async fn sync(&self, call: &Call, request: &SyncRequest) -> Result<SyncReceipt, ProviderError> {
        let line = line(self.contract(), "sync", &request.reference, Some(call));
        let line = Line { has_parts: request.lines.len() > 1, relies_on_key: true, ..line };
        over(&self.wire, line, self.inner.sync(call, request)).await
    }

    async fn find(&self, limit: Duration, reference: &str) -> Result<Option<SyncReceipt>, ProviderError> {
        let line = line(self.contract(), "find", reference, None);
        over(&self.wire, line, self.inner.find(limit, reference)).await
    }

    async fn revert(&self, call: &Call, reference: &str) -> Result<Reverted, ProviderError> {
        // What has been taken back is not taken back again.
        let line = Line { object: Some(reference), ..line(self.contract(), "revert", reference, Some(call)) };
        over(&self.wire, line, self.inner.revert(call, reference)).await
    }
}
