//! The behaviour that every inventory provider is held to.
//!
//! Each case is the sentence of one bullet in the trait's documentation. A bench brings the provider, test data for
//! every situation, and the provider's own books: what it answered is never taken for what it did.

pub(crate) mod find;
pub(crate) mod revert;
pub(crate) mod sync;

use std::time::Duration;

use super::{Inventory, Reverted, SyncLine, SyncReceipt, SyncRequest};
use crate::suite::call;
use crate::{Call, ProviderError};

/// Passes the list of all cases to a macro.
macro_rules! inventory_cases {
    ($($run:ident)::+, $args:tt) => {
        $($run)::+! { $args
            sync {
                a_sync_is_recorded_once,
                a_sync_again_with_the_same_key_answers_the_same_receipt,
                a_sync_with_the_same_key_and_another_body_is_refused,
                a_refused_sync_is_proven_not_done,
                a_sync_whose_reply_is_lost_is_found_by_its_repeat,
                a_sync_slower_than_the_limit_times_out_and_is_found_by_its_repeat,
                a_sync_answered_with_a_server_error_may_have_happened_and_its_repeat_ends_it,
                an_inventory_that_is_down_for_a_while_did_nothing_until_it_is_back,
            }
            find {
                finding_answers_the_receipt_until_it_is_reverted,
                finding_an_unknown_reference_answers_nothing,
                finding_before_a_slow_sync_arrives_answers_nothing_and_the_receipt_afterwards,
            }
            revert {
                reverting_takes_the_record_back_once,
                reverting_again_with_the_same_key_answers_the_same,
                reverting_again_with_another_key_takes_back_nothing_more,
                reverting_a_sync_whose_reply_was_lost_takes_it_back,
                reverting_an_unknown_reference_finds_nothing,
                reverting_before_a_slow_sync_arrives_finds_nothing_and_takes_it_back_afterwards,
            }
        }
    };
}
pub(crate) use inventory_cases;

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

/// The reference of every case; each has a bench of its own.
const REFERENCE: &str = "order-1";

/// A bench and the calls that cases make on it.
struct Case<B>(B);

impl<B: InventoryBench> Case<B> {
    fn call(&self, purpose: &str) -> Call {
        call(self.0.provider().contract(), purpose)
    }

    fn request(&self, situation: Situation, quantity: u32) -> SyncRequest {
        let lines = ["plain".to_owned(), self.0.sku(situation)];
        SyncRequest {
            reference: REFERENCE.to_owned(),
            lines: lines.map(|sku| SyncLine { sku, quantity }).into(),
        }
    }

    async fn sync(&self, situation: Situation) -> Result<SyncReceipt, ProviderError> {
        self.0.provider().sync(&self.call("sync"), &self.request(situation, 1)).await
    }

    async fn find(&self) -> Option<SyncReceipt> {
        let provider = self.0.provider();
        provider.find(provider.contract().call_limit(), REFERENCE).await.unwrap()
    }

    async fn revert(&self, purpose: &str) -> Reverted {
        self.0.provider().revert(&self.call(purpose), REFERENCE).await.unwrap()
    }

    async fn assert_books(&self, synced: usize, reverted: usize) {
        assert_eq!(self.0.books(REFERENCE).await, Records { synced, reverted });
    }

    async fn settle(&self) {
        self.0.pass(self.0.provider().contract().settle()).await;
    }
}
