//! The outbox.

use std::time::Duration;

use super::Subject;
use super::examples::{outbox, run};
use super::subject::BEGIN;
use crate::{OutboxRow, StoreError};

fn insert(subject: &Subject, rows: impl IntoIterator<Item = OutboxRow>) {
    for row in rows {
        subject.write(move |tx| tx.insert_outbox(&row));
    }
}

fn waiting(subject: &Subject, limit: usize) -> Vec<String> {
    let rows = subject.read(move |tx| tx.outbox(limit));
    rows.into_iter().map(|row| format!("{} {}", row.machine, row.run)).collect()
}

pub(super) fn the_oldest_rows_come_first(subject: &Subject) {
    let at = |seconds, saga| OutboxRow {
        created: BEGIN.plus(Duration::from_secs(seconds)),
        ..outbox("machine", saga)
    };
    insert(subject, [at(3, "a"), at(1, "c"), at(4, "b"), at(2, "d")]);
    assert_eq!(waiting(subject, 10), ["machine c", "machine d", "machine a", "machine b"]);
    assert_eq!(waiting(subject, 2), ["machine c", "machine d"]);
    assert!(waiting(subject, 0).is_empty());
}

pub(super) fn a_second_row_for_a_machine_and_run_is_refused(subject: &Subject) {
    insert(subject, [outbox("machine", "a")]);
    let row = OutboxRow { input: "[]".to_owned(), ..outbox("machine", "a") };
    let second = subject.try_write(move |tx| tx.insert_outbox(&row));
    assert!(matches!(second, Err(StoreError::Constraint(_))), "{second:?}");
    assert_eq!(subject.read(|tx| tx.outbox(10)), [outbox("machine", "a")]);
}

pub(super) fn a_run_may_wait_for_two_machines(subject: &Subject) {
    insert(subject, [outbox("order_saga", "a"), outbox("unwind_order_saga", "a")]);
    assert_eq!(waiting(subject, 10).len(), 2);
}

pub(super) fn a_deleted_row_is_gone_and_only_that_one(subject: &Subject) {
    insert(subject, [outbox("x", "a"), outbox("x", "b"), outbox("y", "a")]);
    subject.write(|tx| tx.delete_outbox("x", &run("a")));
    assert_eq!(waiting(subject, 10), ["x b", "y a"]);
}

pub(super) fn deleting_a_row_that_is_not_there_changes_nothing(subject: &Subject) {
    insert(subject, [outbox("x", "a")]);
    subject.write(|tx| tx.delete_outbox("y", &run("a")));
    assert_eq!(waiting(subject, 10), ["x a"]);
}
