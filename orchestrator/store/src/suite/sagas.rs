//! Saga rows.

use super::Subject;
use super::examples::{id, run, saga, saga_in};
use super::subject::BEGIN;
use crate::{Restored, SagaLock, SagaQuery, SagaRow, SagaState, StoreError};

fn get(subject: &Subject, name: &str) -> Option<SagaRow> {
    let id = id(name);
    subject.read(move |tx| tx.saga(&id, SagaLock::None))
}

fn names(subject: &Subject, query: SagaQuery) -> Vec<String> {
    let rows = subject.read(move |tx| tx.sagas(&query));
    rows.into_iter().map(|row| row.id.to_string()).collect()
}

/// Two sagas of each state, added in another order than that of their ids.
fn fill(subject: &Subject) {
    subject.write(|tx| {
        for (number, state) in SagaState::ALL.into_iter().enumerate().rev() {
            tx.insert_saga(&saga_in(&format!("b{number}"), state))?;
            tx.insert_saga(&saga_in(&format!("a{number}"), state))?;
        }
        Ok(())
    });
}

pub(super) fn a_saga_that_is_not_there_is_none(subject: &Subject) {
    assert_eq!(get(subject, "a"), None);
}

pub(super) fn a_saga_is_read_under_every_lock(subject: &Subject) {
    subject.write(|tx| tx.insert_saga(&saga("a")));
    for lock in [SagaLock::None, SagaLock::Share, SagaLock::Update] {
        assert_eq!(subject.write(move |tx| tx.saga(&id("a"), lock)), Some(saga("a")), "{lock:?}");
    }
}

pub(super) fn a_second_saga_of_the_same_id_is_refused_and_changes_nothing(subject: &Subject) {
    subject.write(|tx| tx.insert_saga(&saga("a")));
    let second = subject.try_write(|tx| tx.insert_saga(&saga_in("a", SagaState::Stuck)));
    assert!(matches!(second, Err(StoreError::Constraint(_))), "{second:?}");
    assert_eq!(get(subject, "a"), Some(saga("a")));
}

pub(super) fn an_update_replaces_the_saga(subject: &Subject) {
    subject.write(|tx| {
        tx.insert_saga(&saga("a"))?;
        tx.insert_saga(&saga("b"))
    });
    let new = SagaRow {
        saga: "refund_saga".to_owned(),
        unwinder: Some(run("a-1")),
        unwinds: 1,
        reason: Some("cancelled by the customer".to_owned()),
        unwinding_since: Some(BEGIN),
        ended: Some(BEGIN),
        input: serde_json::json!([1]),
        ..saga_in("a", SagaState::Compensated)
    };
    let row = new.clone();
    subject.write(move |tx| tx.update_saga(&row));
    assert_eq!((get(subject, "a"), get(subject, "b")), (Some(new), Some(saga("b"))));
}

pub(super) fn an_update_of_a_saga_that_is_not_there_is_refused(subject: &Subject) {
    let update = subject.try_write(|tx| tx.update_saga(&saga("a")));
    assert!(matches!(update, Err(StoreError::Constraint(_))), "{update:?}");
    assert_eq!(get(subject, "a"), None);
}

pub(super) fn ids_are_told_apart_by_case(subject: &Subject) {
    subject.write(|tx| tx.insert_saga(&saga("Order-1")));
    assert_eq!(get(subject, "order-1"), None);
    subject.write(|tx| tx.insert_saga(&saga("order-1")));
}

pub(super) fn pages_are_in_the_order_of_ids_and_meet_without_gaps(subject: &Subject) {
    fill(subject);
    let all = names(subject, SagaQuery { limit: 100, ..Default::default() });
    assert_eq!(all, ["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2", "b3", "b4"]);
    let mut paged = Vec::new();
    // Ten sagas are four pages of three, the last of them not full.
    for _ in 0..4 {
        let after = paged.last().map(|last: &String| id(last));
        paged.extend(names(subject, SagaQuery { after, limit: 3, ..Default::default() }));
    }
    assert_eq!(paged, all);
    assert!(names(subject, SagaQuery { limit: 0, ..Default::default() }).is_empty());
}

pub(super) fn a_page_may_be_of_one_state(subject: &Subject) {
    fill(subject);
    for (number, state) in SagaState::ALL.into_iter().enumerate() {
        let query = SagaQuery { state: Some(state), limit: 10, ..Default::default() };
        assert_eq!(names(subject, query.clone()), [format!("a{number}"), format!("b{number}")]);
        let after = Some(id("a9"));
        assert_eq!(names(subject, SagaQuery { after, ..query.clone() }), [format!("b{number}")]);
        assert_eq!(names(subject, SagaQuery { limit: 1, ..query }), [format!("a{number}")]);
    }
}

pub(super) fn a_page_may_be_of_those_without_a_verdict(subject: &Subject) {
    fill(subject);
    let query = SagaQuery { open: true, limit: 10, ..Default::default() };
    assert_eq!(names(subject, query.clone()), ["a0", "a1", "b0", "b1"]);
    let after = Some(id("a0"));
    assert_eq!(names(subject, SagaQuery { after, limit: 2, ..query.clone() }), ["a1", "b0"]);
    let unwinding = SagaQuery { state: Some(SagaState::Unwinding), ..query.clone() };
    assert_eq!(names(subject, unwinding), ["a1", "b1"]);
    let both = SagaQuery { state: Some(SagaState::Committed), ..query };
    assert!(names(subject, both).is_empty());
}

pub(super) fn a_stuck_saga_that_is_being_repaired_is_open_again(subject: &Subject) {
    fill(subject);
    let stuck = SagaRow { repairing: true, ..get(subject, "b4").unwrap() };
    subject.write(move |tx| tx.update_saga(&stuck));
    let open = SagaQuery { open: true, limit: 10, ..Default::default() };
    assert_eq!(names(subject, open.clone()), ["a0", "a1", "b0", "b1", "b4"]);
    assert_eq!(names(subject, SagaQuery { state: Some(SagaState::Stuck), ..open }), ["b4"]);
}

pub(super) fn a_copy_is_never_open(subject: &Subject) {
    fill(subject);
    for (name, restored) in [("a0", Restored::Copied), ("a1", Restored::Recovered)] {
        let row = SagaRow { restored: Some(restored), ..get(subject, name).unwrap() };
        subject.write(move |tx| tx.update_saga(&row));
    }
    let open = SagaQuery { open: true, limit: 10, ..Default::default() };
    assert_eq!(names(subject, open.clone()), ["a1", "b0", "b1"]);
    assert_eq!(names(subject, SagaQuery { state: Some(SagaState::Forward), ..open }), ["b0"]);
    let forward = SagaQuery { state: Some(SagaState::Forward), limit: 10, ..Default::default() };
    assert_eq!(names(subject, forward), ["a0", "b0"]);
}

pub(super) fn a_page_may_be_of_ends_that_are_yet_to_be_announced(subject: &Subject) {
    fill(subject);
    for name in ["a0", "a2", "b3"] {
        let row = SagaRow { announce: true, ..get(subject, name).unwrap() };
        subject.write(move |tx| tx.update_saga(&row));
    }
    let query = SagaQuery { announce: true, limit: 10, ..Default::default() };
    assert_eq!(names(subject, query.clone()), ["a2", "b3"], "a0 has not ended");
    assert_eq!(names(subject, SagaQuery { after: Some(id("a2")), ..query }), ["b3"]);
}
