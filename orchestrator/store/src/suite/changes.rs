//! What a transaction that only reads refuses: every change, even one that would change nothing.

use amends_types::Sha256Hex;

use super::Subject;
use super::examples::{engine, id, ledger, order, outbox, product, reservation, run, saga};
use super::subject::BEGIN;
use crate::{AuditAction, NewAuditRow, SagaState, StoreError, StubRow, Tx};

fn expect_refused<T: std::fmt::Debug + Send + 'static>(
    subject: &Subject,
    change: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) {
    assert_eq!(subject.try_read(change).unwrap_err(), StoreError::ReadOnly);
}

pub(super) fn a_transaction_that_only_reads_cannot_change_sagas_or_ledger(subject: &Subject) {
    expect_refused(subject, |tx| tx.insert_saga(&saga("a")));
    expect_refused(subject, |tx| tx.update_saga(&saga("a")));
    expect_refused(subject, |tx| tx.put_ledger_row(&ledger("a", "charge", 2)));
}

pub(super) fn a_transaction_that_only_reads_cannot_change_orders_or_outbox(subject: &Subject) {
    expect_refused(subject, |tx| tx.insert_order(&order("a")));
    expect_refused(subject, |tx| tx.update_order(&order("a")));
    expect_refused(subject, |tx| tx.insert_outbox(&outbox("machine", "a")));
    expect_refused(subject, |tx| tx.delete_outbox("machine", &run("a")));
}

pub(super) fn a_transaction_that_only_reads_cannot_change_products_or_reservations(subject: &Subject) {
    expect_refused(subject, |tx| tx.insert_product(&product("tea", 1)));
    expect_refused(subject, |tx| tx.take_stock("tea", 1));
    expect_refused(subject, |tx| tx.take_stock("tea", u64::MAX));
    expect_refused(subject, |tx| tx.return_stock("tea", 1));
    expect_refused(subject, |tx| tx.insert_reservation(&reservation("a", "tea", 1)));
    expect_refused(subject, |tx| tx.release_reservations(&id("a")));
}

pub(super) fn a_transaction_that_only_reads_cannot_change_audit_log_engines_or_stubs(subject: &Subject) {
    expect_refused(subject, |tx| {
        tx.append_audit(&NewAuditRow {
            actor: "ada".to_owned(),
            action: AuditAction::Drain,
            saga: None,
            step: None,
            why: "why not".to_owned(),
            detail: serde_json::Value::Null,
        })
    });
    expect_refused(subject, |tx| tx.beat(engine(1)));
    expect_refused(subject, |tx| tx.count_pruned("tea", 1));
    expect_refused(subject, |tx| tx.erase_order(&id("a"), "nobody", BEGIN));
    expect_refused(subject, |tx| tx.claim_outbox(None, BEGIN, 1));
    expect_refused(subject, |tx| tx.release_outbox(Some(engine(1))));
    expect_refused(subject, |tx| {
        tx.replace_by_stub(&StubRow {
            id: id("a"),
            body_sha256: Sha256Hex::of(b"a"),
            verdict: SagaState::Committed,
            created: BEGIN,
            ended: BEGIN,
        })
    });
}
