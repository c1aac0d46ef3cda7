//! The outbox.

use std::time::Duration;

use amends_types::{EngineId, Timestamp};

use super::Subject;
use super::examples::{engine, outbox, run};
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

fn at(seconds: u64) -> Timestamp {
    BEGIN.plus(Duration::from_secs(seconds))
}

/// Claims for ten seconds; answers the sagas.
fn claim(subject: &Subject, engine: Option<EngineId>, limit: usize) -> Vec<String> {
    let rows = subject.write(move |tx| {
        let until = tx.now().plus(Duration::from_secs(10));
        tx.claim_outbox(engine, until, limit)
    });
    rows.into_iter().map(|row| row.saga.to_string()).collect()
}

pub(super) fn a_row_is_claimed_by_one_at_a_time(subject: &Subject) {
    insert(subject, (0..40).map(|n| OutboxRow { created: at(n), ..outbox("x", &format!("s{n:02}")) }));
    assert_eq!(claim(subject, None, 2), ["s00", "s01"]);
    let claims = subject.at_once(30, |_| {
        |tx: &mut dyn crate::Tx| {
            let until = tx.now().plus(Duration::from_secs(10));
            tx.claim_outbox(None, until, 2)
        }
    });
    let mut claimed: Vec<_> = claims
        .into_iter()
        .flat_map(|rows: Option<Result<_, StoreError>>| rows.unwrap().unwrap())
        .map(|row: OutboxRow| row.saga.to_string())
        .collect();
    // Whoever meets rows that others are just claiming may get fewer.
    let many = claimed.len();
    claimed.sort_unstable();
    claimed.dedup();
    assert_eq!(claimed.len(), many, "a row was claimed twice");
    claimed.extend(claim(subject, None, 99));
    claimed.sort_unstable();
    assert_eq!(claimed, (2..40).map(|n| format!("s{n:02}")).collect::<Vec<_>>());
    assert_eq!(claim(subject, None, 99), <[String; 0]>::default());
    assert_eq!(waiting(subject, 99).len(), 40);
}

pub(super) fn a_claim_that_ran_out_can_be_taken_by_another(subject: &Subject) {
    insert(subject, [outbox("x", "a"), OutboxRow { claimed_until: Some(at(5)), ..outbox("x", "b") }]);
    assert_eq!(claim(subject, None, 9), ["a"]);
    subject.clock.set(at(6));
    assert_eq!(claim(subject, None, 9), ["b"]);
    subject.clock.set(at(13));
    assert_eq!(claim(subject, None, 9), ["a"]);
}

pub(super) fn only_rows_of_the_engine_are_claimed(subject: &Subject) {
    let of = |number, saga| OutboxRow { engine: Some(engine(number)), ..outbox("x", saga) };
    insert(subject, [of(1, "a"), of(2, "b"), outbox("x", "c"), of(1, "d")]);
    assert_eq!(claim(subject, Some(engine(1)), 9), ["a", "d"]);
    assert_eq!(claim(subject, Some(engine(3)), 9), <[String; 0]>::default());
    assert_eq!(claim(subject, None, 9), ["c"]);
}

pub(super) fn claims_of_an_engine_can_be_ended(subject: &Subject) {
    let of = |number, saga| OutboxRow { engine: Some(engine(number)), ..outbox("x", saga) };
    insert(subject, [of(1, "a"), of(2, "b"), outbox("x", "c")]);
    for engine in [Some(engine(1)), Some(engine(2)), None] {
        claim(subject, engine, 9);
    }
    subject.write(|tx| tx.release_outbox(Some(engine(1))));
    assert_eq!(claim(subject, Some(engine(2)), 9), <[String; 0]>::default());
    assert_eq!(claim(subject, Some(engine(1)), 9), ["a"]);
    assert_eq!(claim(subject, None, 9), <[String; 0]>::default());
    subject.write(|tx| tx.release_outbox(None));
    assert_eq!(claim(subject, None, 9), ["c"]);
}
