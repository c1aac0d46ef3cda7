//! What is particular to sandboxes: faults from outside, keys that are forgotten, and books that remember.

mod parts;

use std::sync::Arc;
use std::time::Duration;

use super::bench::Stand;
use super::{CallPoint, Fault, Operation, settle};
use crate::books::{BooksReader, EffectKind, MemoryBooks, SqliteBooks};
use crate::inventory::{Inventory, Reverted, SandboxInventory, SyncLine, SyncRequest};
use crate::payment::{Payment, PaymentId, PaymentMethod, PaymentRequest, PaymentStatus, SandboxPayment};
use crate::suite::{VirtualClock, call, usd};
use crate::{Call, ProviderError};

fn sale(reference: &str, sku: &str) -> SyncRequest {
    SyncRequest {
        reference: reference.to_owned(),
        lines: vec![SyncLine { sku: sku.to_owned(), quantity: 1 }],
    }
}

fn calling(provider: &SandboxInventory, purpose: &str) -> Call {
    call(provider.contract(), purpose)
}

fn effects(books: &dyn BooksReader, reference: &str) -> Vec<EffectKind> {
    books.entries_of(reference).unwrap().iter().map(|entry| entry.effect).collect()
}

/// An inventory whose syncs all meet `fault`.
fn faulty(stand: &Stand<SandboxInventory>, fault: Fault) -> SandboxInventory {
    stand.provider.clone().with_faults(Arc::new(move |point: &CallPoint<'_>| match point.operation {
        Operation::Sync => fault,
        _ => Fault::None,
    }))
}

#[tokio::test]
async fn an_injected_fault_says_what_the_caller_hears_and_whether_it_happened() {
    let late = Duration::from_secs(2);
    let check = async |fault: Fault, answer: Result<(), ProviderError>, happened: usize| {
        let stand = Stand::on_memory(SandboxInventory::new);
        let provider = faulty(&stand, fault);
        let synced = provider.sync(&calling(&provider, "sync"), &sale("a", "tea")).await;
        assert_eq!(synced.map(drop), answer, "{fault:?}");
        assert_eq!(effects(&*stand.books, "a").len(), happened, "{fault:?}");
    };
    check(Fault::None, Ok(()), 1).await;
    check(Fault::Unavailable, Err(ProviderError::Unavailable { after: None }), 0).await;
    check(Fault::Declined, Err(ProviderError::declined("injected_decline")), 0).await;
    check(Fault::RequestLost, Err(ProviderError::Interrupted), 0).await;
    check(Fault::ErrorBeforeEffect, Err(ProviderError::ServerError { status: 500 }), 0).await;
    check(Fault::ReplyLost, Err(ProviderError::Interrupted), 1).await;
    check(Fault::ErrorAfterEffect, Err(ProviderError::ServerError { status: 500 }), 1).await;
    check(Fault::Partial, Err(ProviderError::ServerError { status: 500 }), 1).await;
    check(Fault::Delayed { by: late }, Err(ProviderError::TimedOut), 0).await;
    check(Fault::Delayed { by: late / 2 }, Ok(()), 1).await;
}

#[tokio::test]
async fn an_injected_fault_of_a_lookup_says_what_the_caller_hears() {
    let check = async |fault: Fault, expected: ProviderError| {
        let stand = Stand::on_memory(SandboxInventory::new);
        let provider = stand.provider.clone().with_faults(Arc::new(move |_| fault));
        let found = provider.find(provider.contract().call_limit(), "a").await;
        assert_eq!(found, Err(expected), "{fault:?}");
    };
    check(Fault::Unavailable, ProviderError::Unavailable { after: None }).await;
    check(Fault::Declined, ProviderError::declined("injected_decline")).await;
    check(Fault::RequestLost, ProviderError::Interrupted).await;
    check(Fault::ReplyLost, ProviderError::Interrupted).await;
    check(Fault::ErrorBeforeEffect, ProviderError::ServerError { status: 500 }).await;
    check(Fault::ErrorAfterEffect, ProviderError::ServerError { status: 500 }).await;
    check(Fault::Partial, ProviderError::ServerError { status: 500 }).await;
    check(Fault::Delayed { by: Duration::from_secs(60) }, ProviderError::TimedOut).await;
}

#[tokio::test]
async fn a_delayed_request_arrives_although_its_caller_gave_up_and_nobody_asks_again() {
    let stand = Stand::on_sqlite(SandboxInventory::new);
    let provider = faulty(&stand, Fault::Delayed { by: Duration::from_secs(60) });
    let call = calling(&provider, "sync");
    assert_eq!(provider.sync(&call, &sale("a", "tea")).await, Err(ProviderError::TimedOut));
    assert_eq!(settle(&*stand.books, amends_types::Clock::now(&stand.clock)).await.unwrap(), 0);
    stand.clock.advance(Duration::from_secs(60));
    assert_eq!(settle(&*stand.books, amends_types::Clock::now(&stand.clock)).await.unwrap(), 1);
    assert_eq!(effects(&*stand.books, "a"), [EffectKind::Synced]);
    assert_eq!(settle(&*stand.books, amends_types::Clock::now(&stand.clock)).await.unwrap(), 0);
}

#[tokio::test]
async fn a_key_past_its_window_is_a_new_request() {
    let stand = Stand::on_memory(SandboxInventory::new);
    let provider = &stand.provider;
    let call = calling(provider, "sync");
    let window = Duration::from_secs(u64::from(provider.contract().key_window_seconds.unwrap()));
    let first = provider.sync(&call, &sale("a", "tea")).await.unwrap();
    stand.clock.advance(window - Duration::from_secs(1));
    assert_eq!(provider.sync(&call, &sale("a", "tea")).await.unwrap(), first);
    stand.clock.advance(Duration::from_secs(1));
    assert_ne!(provider.sync(&call, &sale("a", "tea")).await.unwrap(), first);
    assert_eq!(stand.books.count_of_key(&call.key).unwrap(), 2);
}

#[tokio::test]
async fn a_sync_under_a_second_key_is_counted_twice_and_each_is_taken_back_by_itself() {
    let stand = Stand::on_memory(SandboxInventory::new);
    let provider = &stand.provider;
    for purpose in ["first", "second"] {
        provider.sync(&calling(provider, purpose), &sale("a", "tea")).await.unwrap();
    }
    assert_eq!(effects(&*stand.books, "a"), [EffectKind::Synced; 2]);
    assert_eq!(provider.revert(&calling(provider, "revert"), "a").await, Ok(Reverted::Reverted));
    assert!(provider.find(Duration::from_secs(1), "a").await.unwrap().is_some());
}

#[tokio::test]
async fn the_same_call_many_times_at_once_happens_once() {
    let stand = Stand::on_sqlite(SandboxInventory::new);
    let call = calling(&stand.provider, "sync");
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let provider = stand.provider.clone();
            tokio::spawn(async move { provider.sync(&call, &sale("a", "tea")).await.unwrap() })
        })
        .collect();
    let mut receipts = Vec::new();
    for task in tasks {
        receipts.push(task.await.unwrap());
    }
    receipts.dedup();
    assert_eq!(receipts.len(), 1);
    assert_eq!(effects(&*stand.books, "a"), [EffectKind::Synced]);
}

#[tokio::test]
async fn what_fails_the_first_few_times_goes_on_where_it_was_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("books.db");
    let mut answers = Vec::new();
    for _ in 0..3 {
        let books = SqliteBooks::open(&path, Default::default()).unwrap();
        let provider = SandboxInventory::new(Arc::new(books), Arc::new(VirtualClock::new()));
        answers
            .push(provider.sync(&calling(&provider, "sync"), &sale("a", "SANDBOX-SYNC-DOWN")).await.is_ok());
    }
    assert_eq!(answers, [false, false, true]);
}

async fn paid_with(method: &str, amount: i64) -> (Stand<SandboxPayment>, PaymentId) {
    let stand = Stand::on_memory(SandboxPayment::new);
    let request = PaymentRequest {
        reference: "a".to_owned(),
        amount: usd(amount),
        payment_method: PaymentMethod::new(method),
    };
    let call = call(stand.provider.contract(), "prepare");
    let payment = stand.provider.prepare(&call, &request).await.unwrap();
    (stand, payment)
}

#[tokio::test]
async fn a_server_error_comes_after_the_effect_for_even_amounts_and_instead_of_it_for_odd_ones() {
    for (amount, after_the_first) in [(100, 1), (101, 0)] {
        let (stand, payment) = paid_with("pm_sandbox_serverError", amount).await;
        let call = call(stand.provider.contract(), "capture");
        for repeat in 0..3 {
            let answer = stand.provider.capture(&call, &payment, usd(amount)).await;
            assert_eq!(answer.is_ok(), repeat == 2);
            let captured = effects(&*stand.books, "a").contains(&EffectKind::Captured);
            assert_eq!(
                usize::from(captured),
                if repeat == 2 { 1 } else { after_the_first },
                "{amount}, {repeat}"
            );
        }
    }
}

#[tokio::test]
async fn a_lost_refund_is_found_by_its_repeat() {
    let (stand, payment) = paid_with("pm_sandbox_refundLostReply", 100).await;
    let contract = stand.provider.contract();
    stand.provider.capture(&call(contract, "capture"), &payment, usd(100)).await.unwrap();
    let reverse = || async { stand.provider.reverse(&call(contract, "reverse"), &payment).await };
    assert_eq!(reverse().await, Err(ProviderError::Interrupted));
    assert!(reverse().await.is_ok());
    let status = stand.provider.status(contract.call_limit(), &payment).await;
    assert_eq!(status, Ok(PaymentStatus::Refunded { amount: usd(100) }));
}

#[tokio::test]
async fn a_capture_that_never_replies_is_refunded_all_the_same() {
    let (stand, payment) = paid_with("pm_sandbox_lostReplies", 100).await;
    let contract = stand.provider.contract();
    for _ in 0..5 {
        let answer = stand.provider.capture(&call(contract, "capture"), &payment, usd(100)).await;
        assert_eq!(answer, Err(ProviderError::Interrupted));
    }
    stand.provider.reverse(&call(contract, "reverse"), &payment).await.unwrap();
    let expected = [EffectKind::Prepared, EffectKind::Captured, EffectKind::Refunded];
    assert_eq!(effects(&*stand.books, "a"), expected);
}

#[tokio::test]
async fn an_id_finds_its_payment_whatever_the_reference_looks_like() {
    let books = Arc::new(MemoryBooks::new());
    let provider = SandboxPayment::new(books.clone(), Arc::new(VirtualClock::new()));
    for reference in ["a", "a_1", "a_1_2", "_", "-_-", &"x".repeat(64)] {
        let request = PaymentRequest {
            reference: reference.to_owned(),
            amount: usd(5),
            payment_method: PaymentMethod::new("pm_card_visa"),
        };
        let payment = provider.prepare(&call(provider.contract(), reference), &request).await.unwrap();
        let capture = call(provider.contract(), &format!("capture {reference}"));
        provider.capture(&capture, &payment, usd(5)).await.unwrap();
        assert_eq!(effects(&*books, reference), [EffectKind::Prepared, EffectKind::Captured]);
    }
}
