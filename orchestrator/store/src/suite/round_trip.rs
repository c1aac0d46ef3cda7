//! Rows are read as they were written, to the last bit.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU32, Ordering};

use amends_types::{RunName, SagaId, Timestamp};
use proptest::prelude::Strategy;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::examples::{id, saga};
use super::{Subject, arbitrary, examples};
use crate::{Lease, LedgerRow, SagaLock, SagaRow};

const CASES: u32 = 64;

/// Hands out rows, each with a number that no other has, so that no two share a key.
fn each<T: Debug>(rows: impl Strategy<Value = T>, check: impl Fn(u32, T)) {
    let next = AtomicU32::new(0);
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&rows, |row| {
        check(next.fetch_add(1, Ordering::Relaxed), row);
        Ok(())
    });
    outcome.unwrap();
}

fn numbered(number: u32, name: &str) -> String {
    format!("{number}-{name}")
}

fn saga_id(number: u32, id: &SagaId) -> SagaId {
    let text = numbered(number, id.as_str());
    text[..text.len().min(SagaId::MAX_CHARACTERS)].parse().unwrap()
}

fn run_name(number: u32, run: &RunName) -> RunName {
    let text = numbered(number, run.as_str());
    text[..text.len().min(RunName::MAX_CHARACTERS)].parse().unwrap()
}

pub(super) fn sagas_are_read_as_they_were_written(subject: &Subject) {
    each(arbitrary::saga(), |number, row| {
        let row = SagaRow { id: saga_id(number, &row.id), ..row };
        let written = row.clone();
        subject.write(move |tx| {
            tx.insert_saga(&saga(written.id.as_str()))?;
            tx.update_saga(&written)
        });
        let id = row.id.clone();
        assert_eq!(subject.read(move |tx| tx.saga(&id, SagaLock::None)), Some(row));
    });
}

pub(super) fn ledger_rows_are_read_as_they_were_written(subject: &Subject) {
    each(arbitrary::ledger(), |number, row| {
        let row = LedgerRow { saga: saga_id(number, &row.saga), ..row };
        let written = row.clone();
        subject.write(move |tx| tx.put_ledger_row(&written));
        let (saga, step) = (row.saga.clone(), row.step.clone());
        let (one, all) = subject.read(move |tx| Ok((tx.ledger_row(&saga, &step)?, tx.ledger_rows(&saga)?)));
        assert_eq!((one.as_ref(), all.as_slice()), (Some(&row), [row.clone()].as_slice()));
    });
}

pub(super) fn orders_are_read_as_they_were_written(subject: &Subject) {
    each(arbitrary::order(), |number, mut row| {
        row.id = saga_id(number, &row.id);
        row.idempotency_key = row.idempotency_key.map(|key| numbered(number, &key));
        let written = row.clone();
        subject.write(move |tx| tx.insert_order(&written));
        let id = row.id.clone();
        assert_eq!(subject.read(move |tx| tx.order(&id)), Some(row));
    });
}

pub(super) fn outbox_rows_are_read_as_they_were_written(subject: &Subject) {
    each(arbitrary::outbox(), |number, mut row| {
        row.run = run_name(number, &row.run);
        let written = row.clone();
        subject.write(move |tx| tx.insert_outbox(&written));
        let waiting = subject.read(|tx| tx.outbox(10));
        assert_eq!(waiting, [row.clone()]);
        subject.write(move |tx| tx.delete_outbox(&row.machine, &row.run));
    });
}

pub(super) fn products_and_reservations_are_read_as_they_were_written(subject: &Subject) {
    each(arbitrary::product(), |number, (mut product, mut reservation)| {
        product.sku = numbered(number, &product.sku);
        reservation.sku = product.sku.clone();
        reservation.saga = saga_id(number, &reservation.saga);
        let written = (product.clone(), reservation.clone());
        subject.write(move |tx| {
            tx.insert_product(&written.0)?;
            tx.insert_reservation(&written.1)
        });
        let (sku, saga) = (product.sku.clone(), reservation.saga.clone());
        let read = subject.read(move |tx| Ok((tx.product(&sku)?, tx.reservations(&saga)?)));
        assert_eq!(read, (Some(product), vec![reservation]));
    });
}

pub(super) fn a_megabyte_of_json_is_read_as_it_was_written(subject: &Subject) {
    let lines: Vec<Value> =
        (0..20_000).map(|line| json!({"sku": format!("sku-{line}"), "quantity": line})).collect();
    let row = LedgerRow {
        input: json!({"lines": lines, "note": "ß".repeat(200_000)}),
        ..examples::ledger("a", "reserve_stock", 1)
    };
    assert!(row.input.to_string().len() > 1_000_000);
    let written = row.clone();
    subject.write(move |tx| tx.put_ledger_row(&written));
    assert!(subject.read(|tx| tx.ledger_row(&id("a"), "reserve_stock")) == Some(row));
}

pub(super) fn the_ends_of_numbers_and_texts_are_kept(subject: &Subject) {
    let ends = [Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX)];
    for (number, end) in ends.into_iter().enumerate() {
        let longest = format!("{number}{}", "x".repeat(SagaId::MAX_CHARACTERS - 1));
        let token = if number == 0 { 0 } else { u64::MAX };
        let row = LedgerRow {
            position: u32::MAX,
            attempts: u32::MAX,
            execute_until: Some(end),
            undo_until: Some(end),
            lease: Some(Lease { token, until: end }),
            output: Some(Value::Null),
            // Read with less than full precision, this prints another last digit.
            input: json!([-0.0, 2.225_073_858_507_201_4e-308, 5e-324, 0.1, 67.389_999_999_999_99, u64::MAX]),
            reason: Some(String::new()),
            ..examples::ledger(&longest, "", 0)
        };
        let written = row.clone();
        subject.write(move |tx| tx.put_ledger_row(&written));
        let saga = row.saga.clone();
        let read = subject.read(move |tx| tx.ledger_row(&saga, "")).unwrap();
        assert_eq!(read, row);
        assert_eq!(read.input.to_string(), row.input.to_string());
    }
}
