//! A bench, and the calls that the cases make on it.

use super::{InventoryBench, Records, Situation};
use crate::inventory::{Reverted, SyncLine, SyncReceipt, SyncRequest};
use crate::suite::call;
use crate::{Call, ProviderError};

/// The reference of every case; each has a bench of its own.
pub(super) const REFERENCE: &str = "order-1";

/// A bench and the calls that cases make on it.
pub(super) struct Case<B>(pub(super) B);

impl<B: InventoryBench> Case<B> {
    pub(super) fn call(&self, purpose: &str) -> Call {
        call(self.0.provider().contract(), purpose)
    }

    pub(super) fn request(&self, situation: Situation, quantity: u32) -> SyncRequest {
        let lines = ["plain".to_owned(), self.0.sku(situation)];
        SyncRequest {
            reference: REFERENCE.to_owned(),
            lines: lines.map(|sku| SyncLine { sku, quantity }).into(),
        }
    }

    pub(super) async fn sync(&self, situation: Situation) -> Result<SyncReceipt, ProviderError> {
        self.0.provider().sync(&self.call("sync"), &self.request(situation, 1)).await
    }

    pub(super) async fn find(&self) -> Option<SyncReceipt> {
        let provider = self.0.provider();
        provider.find(provider.contract().call_limit(), REFERENCE).await.unwrap()
    }

    pub(super) async fn revert(&self, purpose: &str) -> Reverted {
        self.0.provider().revert(&self.call(purpose), REFERENCE).await.unwrap()
    }

    pub(super) async fn assert_books(&self, synced: usize, reverted: usize) {
        assert_eq!(self.0.books(REFERENCE).await, Records { synced, reverted });
    }

    pub(super) async fn settle(&self) {
        self.0.pass(self.0.provider().contract().settle()).await;
    }
}
