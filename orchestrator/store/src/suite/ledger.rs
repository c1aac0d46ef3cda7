//! Ledger rows.

use super::Subject;
use super::examples::{id, lease, ledger, notice, saga_in};
use crate::{Lease, LedgerRow, LedgerStatus, Restored, SagaRow, SagaState};

fn rows(subject: &Subject, saga: &str) -> Vec<LedgerRow> {
    let id = id(saga);
    subject.read(move |tx| tx.ledger_rows(&id))
}

fn put(subject: &Subject, rows: impl IntoIterator<Item = LedgerRow>) {
    for row in rows {
        subject.write(move |tx| tx.put_ledger_row(&row));
    }
}

fn owed(subject: &Subject, after: Option<&str>, limit: usize) -> Vec<String> {
    let after = after.map(id);
    let rows = subject.read(move |tx| tx.owed_rows(after.as_ref().map(|saga| (saga, u32::MAX)), limit));
    rows.into_iter().map(|row| row.saga.to_string()).collect()
}

pub(super) fn a_row_that_is_not_there_is_none(subject: &Subject) {
    put(subject, [ledger("a", "charge", 2)]);
    assert_eq!(subject.read(|tx| tx.ledger_row(&id("a"), "notify")), None);
    assert_eq!(subject.read(|tx| tx.ledger_row(&id("b"), "charge")), None);
    assert!(rows(subject, "b").is_empty());
}

pub(super) fn a_put_adds_a_row_and_then_replaces_it(subject: &Subject) {
    let first = ledger("a", "charge", 2);
    put(subject, [first.clone(), ledger("b", "charge", 2)]);
    assert_eq!(rows(subject, "a"), std::slice::from_ref(&first));
    let second = LedgerRow {
        status: LedgerStatus::Done,
        attempts: 1,
        output: Some(serde_json::json!({"id": 7})),
        ..first
    };
    put(subject, [second.clone()]);
    assert_eq!(subject.read(|tx| tx.ledger_row(&id("a"), "charge")), Some(second.clone()));
    assert_eq!(rows(subject, "a"), [second]);
    assert_eq!(rows(subject, "b"), [ledger("b", "charge", 2)]);
}

pub(super) fn a_row_is_known_by_its_step_not_by_its_place(subject: &Subject) {
    // Another version of the saga has another step in this place.
    put(subject, [ledger("a", "charge", 2), ledger("a", "screen", 2)]);
    assert_eq!(rows(subject, "a").len(), 2);
    put(subject, [ledger("a", "charge", 3)]);
    assert_eq!(rows(subject, "a"), [ledger("a", "screen", 2), ledger("a", "charge", 3)]);
}

pub(super) fn rows_of_a_saga_are_in_the_order_of_its_steps(subject: &Subject) {
    let steps = [("notify", 3), ("order", 0), ("zebra", 11), ("charge", 2), ("reserve_stock", 1)];
    put(subject, steps.map(|(step, position)| ledger("a", step, position)));
    put(subject, [ledger("a-1", "order", 0)]);
    let found: Vec<_> = rows(subject, "a").into_iter().map(|row| row.step).collect();
    assert_eq!(found, ["order", "reserve_stock", "charge", "notify", "zebra"]);
}

pub(super) fn owed_are_best_effort_rows_of_committed_sagas_that_nobody_runs(subject: &Subject) {
    let states = SagaState::ALL.into_iter().enumerate();
    for (number, state) in states {
        let saga = saga_in(&format!("saga-{number}"), state);
        put(subject, [notice(saga.id.as_str())]);
        subject.write(move |tx| tx.insert_saga(&saga));
    }
    put(subject, [notice("without-a-saga"), notice("copied")]);
    let copied = SagaRow { restored: Some(Restored::Copied), ..saga_in("copied", SagaState::Committed) };
    subject.write(move |tx| tx.insert_saga(&copied));
    let names = ["required", "leased", "done", "undone"];
    for name in names {
        subject.write(move |tx| tx.insert_saga(&saga_in(name, SagaState::Committed)));
    }
    put(subject, [ledger("required", "charge", 2)]);
    put(subject, [LedgerRow { lease: lease(), ..notice("leased") }]);
    put(subject, [LedgerRow { status: LedgerStatus::Done, ..notice("done") }]);
    put(subject, [LedgerRow { status: LedgerStatus::Undone, ..notice("undone") }]);
    assert_eq!(owed(subject, None, 100), ["saga-2"], "the committed one");
    put(subject, [LedgerRow { status: LedgerStatus::Done, ..notice("saga-2") }, notice("leased")]);
    assert_eq!(owed(subject, None, 100), ["leased"], "whose lease ended");
}

pub(super) fn owed_rows_are_in_the_order_of_sagas_after_the_one_given(subject: &Subject) {
    for name in ["d", "a", "c", "b"] {
        subject.write(move |tx| tx.insert_saga(&saga_in(name, SagaState::Committed)));
        put(subject, [notice(name)]);
    }
    assert_eq!(owed(subject, None, 100), ["a", "b", "c", "d"]);
    assert_eq!(owed(subject, None, 3), ["a", "b", "c"]);
    assert_eq!(owed(subject, Some("b"), 100), ["c", "d"]);
    assert_eq!(owed(subject, Some("b"), 1), ["c"]);
    assert!(owed(subject, Some("d"), 100).is_empty());
    put(subject, [LedgerRow { step: "thank".into(), position: 4, ..notice("b") }]);
    let second = subject.read(|tx| tx.owed_rows(Some((&id("b"), 3)), 1)).remove(0);
    assert_eq!((second.saga.as_str(), second.position), ("b", 4), "a page may end within a saga");
}

pub(super) fn a_row_whose_lease_ran_out_is_owed_again(subject: &Subject) {
    subject.write(|tx| tx.insert_saga(&saga_in("a", SagaState::Committed)));
    let leased = |until| LedgerRow { lease: Some(Lease { token: 7, until }), ..notice("a") };
    let now = subject.write(|tx| Ok(tx.now()));
    put(subject, [leased(now.plus(std::time::Duration::from_secs(3600)))]);
    assert!(owed(subject, None, 100).is_empty());
    put(subject, [leased(now)]);
    assert_eq!(owed(subject, None, 100), ["a"]);
}

pub(super) fn leased_are_the_rows_that_hold_a_lease(subject: &Subject) {
    let leased = LedgerRow { lease: lease(), ..ledger("a", "charge", 2) };
    let undoing = LedgerRow { lease: lease(), status: LedgerStatus::Undoing, ..ledger("b", "charge", 2) };
    put(subject, [undoing.clone(), ledger("a", "order", 0), leased.clone(), ledger("c", "charge", 2)]);
    assert_eq!(subject.read(|tx| tx.leased_rows(10)), [leased.clone(), undoing.clone()]);
    assert_eq!(subject.read(|tx| tx.leased_rows(1)).len(), 1);
    put(subject, [LedgerRow { lease: None, ..leased }]);
    assert_eq!(subject.read(|tx| tx.leased_rows(10)), [undoing]);
}

pub(super) fn parked_rows_are_in_the_order_of_sagas_after_the_one_given(subject: &Subject) {
    let parked =
        |saga, step, position| LedgerRow { status: LedgerStatus::Parked, ..ledger(saga, step, position) };
    put(subject, [parked("b", "charge", 2), parked("a", "charge", 2), parked("a", "order", 0)]);
    put(subject, [ledger("a", "notify", 3), parked("c", "charge", 2)]);
    let found = |after: Option<(&'static str, u32)>, limit| -> Vec<String> {
        let rows = subject.read(move |tx| {
            let after = after.map(|(saga, position)| (id(saga), position));
            tx.parked_rows(after.as_ref().map(|(saga, position)| (saga, *position)), limit)
        });
        rows.iter().map(|row| format!("{} {}", row.saga, row.step)).collect()
    };
    assert_eq!(found(None, 9), ["a order", "a charge", "b charge", "c charge"]);
    assert_eq!(found(None, 2), ["a order", "a charge"]);
    assert_eq!(found(Some(("a", 0)), 2), ["a charge", "b charge"]);
    assert_eq!(found(Some(("c", 2)), 2), <[String; 0]>::default());
}
