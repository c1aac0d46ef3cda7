//! What people do in the providers' own consoles, with keys of their own.

use std::sync::Arc;
use std::time::Duration;

use amends_adapters::Call;
use amends_adapters::books::{BooksReader, EffectKind, MemoryBooks};
use amends_adapters::inventory::{Inventory, SandboxInventory};
use amends_adapters::notification::{Notice, NoticeKind, Notification, Recipient, SandboxNotification};
use amends_adapters::payment::{Payment, PaymentId, SandboxPayment};
use amends_saga::SagaStep;
use amends_store::LedgerRow;
use amends_types::{Clock, DeploymentId, IdempotencyKey, Personal};
use amends_workers::{ExternalInventorySync, Notify};

/// Undoes what a step has left: gives money back, corrects a notice that went out, reverts a sync.
pub(super) async fn undo(books: &Arc<MemoryBooks>, clock: &Arc<dyn Clock>, row: &LedgerRow) {
    let call = |purpose| Call {
        key: IdempotencyKey::derive(DeploymentId::fixed(9), &row.saga, "console", purpose),
        limit: Duration::from_secs(60),
    };
    let payment = SandboxPayment::new(books.clone(), clock.clone());
    for id in row.objects.values().filter(|id| id.starts_with("pi_")) {
        drop(payment.reverse(&call("reverse"), &PaymentId::new(id.clone())).await);
    }
    let reference = row.saga.to_string();
    if row.step == ExternalInventorySync::NAME {
        let inventory = SandboxInventory::new(books.clone(), clock.clone());
        drop(inventory.revert(&call("revert"), &reference).await);
    }
    let entries = books.entries_of(&reference).unwrap_or_default();
    let is_there = |effect| entries.iter().any(|entry| entry.body.effect == effect);
    if row.step == Notify::NAME && is_there(EffectKind::Sent) && !is_there(EffectKind::CorrectionSent) {
        let notification = SandboxNotification::new(books.clone(), clock.clone());
        drop(notification.send(&call("correction"), &correction(reference, row)).await);
    }
}

fn correction(reference: String, row: &LedgerRow) -> Notice {
    Notice {
        reference,
        kind: NoticeKind::Correction,
        to: Recipient { email: Personal::new("ada@example.com".to_owned()), phone: None },
        subject: "Your order".to_owned(),
        text: "We could not fulfil it.".to_owned(),
        at: row.started.unwrap_or_default(),
    }
}
