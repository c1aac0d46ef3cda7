//! A sale of which only a part was recorded, and a refusal: what the books hold and what the provider answers then.

use std::sync::Arc;

use crate::books::EffectKind::{Captured, PartlySynced, Prepared, Reverted as TakenBack, Synced};
use crate::books::{EffectKind, Entry};
use crate::inventory::{Inventory, Reverted, SandboxInventory, SyncLine, SyncReceipt, SyncRequest};
use crate::payment::{Payment, PaymentMethod, PaymentRequest, SandboxPayment};
use crate::sandbox::bench::Stand;
use crate::sandbox::{CallPoint, Fault, Operation};
use crate::suite::{call, usd};
use crate::{Effect, ProviderError, Retry};

const FAILED: ProviderError = ProviderError::ServerError { status: 500 };

/// An inventory whose first syncs meet faults.
struct Shop(Stand<SandboxInventory>);

impl Shop {
    fn on_both_storages() -> [Self; 2] {
        [Stand::on_memory(SandboxInventory::new), Stand::on_sqlite(SandboxInventory::new)].map(Self)
    }

    /// Asks for a sale, and `fault` happens.
    async fn sync(&self, fault: Fault, skus: &[&str]) -> Result<SyncReceipt, ProviderError> {
        let hook = move |point: &CallPoint<'_>| match point.operation {
            Operation::Sync => fault,
            _ => Fault::None,
        };
        let provider = self.0.provider.clone().with_faults(Arc::new(hook));
        let lines = skus.iter().map(|sku| SyncLine { sku: (*sku).to_owned(), quantity: 1 });
        let sale = SyncRequest { reference: "a".to_owned(), lines: lines.collect() };
        provider.sync(&call(provider.contract(), "sync"), &sale).await
    }

    async fn find(&self) -> Result<Option<SyncReceipt>, ProviderError> {
        self.0.provider.find(self.0.provider.contract().call_limit(), "a").await
    }

    async fn revert(&self, purpose: &str) -> Result<Reverted, ProviderError> {
        self.0.provider.revert(&call(self.0.provider.contract(), purpose), "a").await
    }

    fn entries(&self) -> Vec<Entry> {
        self.0.books.entries_of("a").unwrap()
    }

    #[track_caller]
    fn assert_books(&self, expected: &[EffectKind]) {
        let effects: Vec<_> = self.entries().iter().map(|entry| entry.effect).collect();
        assert_eq!(effects, expected);
    }
}

const TWO: &[&str] = &["tea", "milk"];

#[tokio::test]
async fn a_declined_sync_is_not_in_the_books_and_the_answer_is_final() {
    for shop in Shop::on_both_storages() {
        let error = shop.sync(Fault::Declined, TWO).await.unwrap_err();
        assert_eq!((error.effect(), error.retry()), (Effect::None, Retry::Never));
        shop.assert_books(&[]);
        assert_eq!(shop.find().await, Ok(None));
        assert_eq!(shop.revert("revert").await, Ok(Reverted::NothingFound));
    }
}

#[tokio::test]
async fn a_part_of_a_sale_and_its_repeat_are_one_whole_sale() {
    for shop in Shop::on_both_storages() {
        assert_eq!(shop.sync(Fault::Partial, TWO).await, Err(FAILED));
        shop.assert_books(&[PartlySynced]);
        let receipt = shop.sync(Fault::None, TWO).await.unwrap();
        assert_eq!(shop.sync(Fault::None, TWO).await.as_ref(), Ok(&receipt));
        assert_eq!(shop.sync(Fault::Partial, TWO).await, Err(FAILED));
        shop.assert_books(&[PartlySynced, Synced]);
        let entries = shop.entries();
        let same = |entry: &Entry| (entry.object.clone(), entry.key, entry.body_sha256.clone());
        assert_eq!(same(&entries[0]), same(&entries[1]));
        assert_eq!(shop.find().await, Ok(Some(receipt)));
        assert_eq!(shop.revert("revert").await, Ok(Reverted::Reverted));
        assert_eq!(shop.revert("once more").await, Ok(Reverted::AlreadyReverted));
        shop.assert_books(&[PartlySynced, Synced, TakenBack]);
    }
}

#[tokio::test]
async fn a_repeat_that_also_gets_no_further_than_a_part_adds_nothing() {
    for shop in Shop::on_both_storages() {
        for _ in 0..2 {
            assert_eq!(shop.sync(Fault::Partial, TWO).await, Err(FAILED));
            shop.assert_books(&[PartlySynced]);
        }
        shop.sync(Fault::None, TWO).await.unwrap();
        shop.assert_books(&[PartlySynced, Synced]);
    }
}

#[tokio::test]
async fn a_part_of_a_sale_is_taken_back_once_and_nothing_more_is_recorded_of_it() {
    for shop in Shop::on_both_storages() {
        shop.sync(Fault::Partial, TWO).await.unwrap_err();
        for _ in 0..2 {
            assert_eq!(shop.revert("revert").await, Ok(Reverted::Reverted));
        }
        assert_eq!(shop.revert("once more").await, Ok(Reverted::AlreadyReverted));
        assert_eq!(shop.find().await, Ok(None));
        // A repeat that was under way all the time.
        assert_eq!(shop.sync(Fault::ReplyLost, TWO).await, Err(ProviderError::Interrupted));
        assert_eq!(shop.sync(Fault::None, TWO).await, Err(ProviderError::wrong_state("reverted")));
        shop.assert_books(&[PartlySynced, TakenBack]);
    }
}

#[tokio::test]
async fn a_part_of_a_sale_is_neither_found_as_a_whole_nor_missing() {
    for shop in Shop::on_both_storages() {
        shop.sync(Fault::Partial, TWO).await.unwrap_err();
        assert_eq!(shop.find().await, Err(ProviderError::wrong_state("partly_synced")));
        shop.sync(Fault::None, TWO).await.unwrap();
        assert!(shop.find().await.unwrap().is_some());
    }
}

#[tokio::test]
async fn the_same_key_with_another_body_does_not_complete_a_part() {
    for shop in Shop::on_both_storages() {
        shop.sync(Fault::Partial, TWO).await.unwrap_err();
        assert_eq!(shop.sync(Fault::None, &["tea", "jam"]).await, Err(ProviderError::KeyReused));
        shop.assert_books(&[PartlySynced]);
    }
}

#[tokio::test]
async fn a_test_sku_hits_the_revert_of_a_part_as_it_hits_that_of_the_whole() {
    for shop in Shop::on_both_storages() {
        let skus = ["tea", "SANDBOX-REVERT-REFUSED"];
        for (fault, recorded) in [(Fault::Partial, 1), (Fault::None, 2)] {
            assert_eq!(shop.sync(fault, &skus).await.is_ok(), fault == Fault::None);
            assert_eq!(shop.revert("revert").await, Err(ProviderError::declined("revert_refused")));
            assert_eq!(shop.entries().len(), recorded);
        }
    }
}

#[tokio::test]
async fn a_request_without_parts_is_done_as_a_whole() {
    for shop in Shop::on_both_storages() {
        assert_eq!(shop.sync(Fault::Partial, &["tea"]).await, Err(FAILED));
        shop.assert_books(&[Synced]);
        assert!(shop.find().await.unwrap().is_some());
    }
    let stand = Stand::on_memory(SandboxPayment::new);
    let provider = stand.provider.clone().with_faults(Arc::new(|_| Fault::Partial));
    let request = PaymentRequest {
        reference: "a".to_owned(),
        amount: usd(100),
        payment_method: PaymentMethod::new("pm_card_visa"),
    };
    let contract = provider.contract();
    assert_eq!(provider.prepare(&call(contract, "prepare"), &request).await, Err(FAILED));
    let payment = stand.provider.prepare(&call(contract, "prepare"), &request).await.unwrap();
    let capture = call(contract, "capture");
    assert_eq!(provider.capture(&capture, &payment, usd(100)).await, Err(FAILED));
    assert!(stand.provider.capture(&capture, &payment, usd(100)).await.is_ok());
    let effects: Vec<_> = stand.books.entries_of("a").unwrap().iter().map(|entry| entry.effect).collect();
    assert_eq!(effects, [Prepared, Captured]);
}
