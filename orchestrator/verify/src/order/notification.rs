//! The sandbox's notices at the end of the wire.

use std::time::Duration;

use amends_adapters::notification::{Notice, NoticeKind, Notification, Sent, SentLookup};
use amends_adapters::{Call, Contract, ProviderError};
use async_trait::async_trait;

use super::served::{line, over};
use crate::explore::{Line, Wire};

pub(super) struct WiredNotification<P> {
    pub(super) inner: P,
    pub(super) wire: Wire,
}

#[async_trait]
impl<P: Notification> Notification for WiredNotification<P> {
    fn contract(&self) -> Contract {
        self.inner.contract()
    }

    async fn send(&self, call: &Call, notice: &Notice) -> Result<Sent, ProviderError> {
        let line = line(self.contract(), "send", &notice.reference, Some(call));
        let line = Line { relies_on_key: true, ..line };
        over(&self.wire, line, self.inner.send(call, notice)).await
    }

    fn lookup(&self) -> Option<&dyn SentLookup> {
        self.inner.lookup().map(|_| self as &dyn SentLookup)
    }
}

#[async_trait]
impl<P: Notification> SentLookup for WiredNotification<P> {
    async fn sent(
        &self,
        limit: Duration,
        reference: &str,
        kind: NoticeKind,
    ) -> Result<Option<Sent>, ProviderError> {
        let Some(lookup) = self.inner.lookup() else { return Ok(None) };
        over(&self.wire, line(self.contract(), "sent", reference, None), lookup.sent(limit, reference, kind))
            .await
    }
}
