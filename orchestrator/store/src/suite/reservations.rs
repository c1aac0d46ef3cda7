//! Reservations.

use super::Subject;
use super::examples::{id, reservation, saga_in};
use crate::{MAX_STOCK, ReservationRow, SagaState, StoreError};

fn insert(subject: &Subject, row: ReservationRow) -> Result<(), StoreError> {
    subject.try_write(move |tx| tx.insert_reservation(&row))
}

fn of(subject: &Subject, saga: &str) -> Vec<ReservationRow> {
    let id = id(saga);
    subject.read(move |tx| tx.reservations(&id))
}

pub(super) fn reservations_of_a_saga_are_in_the_order_of_skus(subject: &Subject) {
    for (saga, sku) in [("a", "tea"), ("b", "cup"), ("a", "salt"), ("a", "")] {
        insert(subject, reservation(saga, sku, 1)).unwrap();
    }
    assert_eq!(of(subject, "a"), ["", "salt", "tea"].map(|sku| reservation("a", sku, 1)));
    assert!(of(subject, "c").is_empty());
}

pub(super) fn a_second_reservation_of_a_product_is_refused(subject: &Subject) {
    insert(subject, reservation("a", "tea", 1)).unwrap();
    let second = insert(subject, reservation("a", "tea", 2));
    assert!(matches!(second, Err(StoreError::Constraint(_))), "{second:?}");
    // Nor after it was given back: a released reservation is never held again.
    subject.write(|tx| tx.release_reservations(&id("a")));
    insert(subject, reservation("a", "tea", 2)).unwrap_err();
    let released = ReservationRow { released: true, ..reservation("a", "tea", 1) };
    assert_eq!(of(subject, "a"), [released]);
}

pub(super) fn a_reservation_cannot_have_more_than_a_column_holds(subject: &Subject) {
    let more = insert(subject, reservation("a", "tea", MAX_STOCK + 1));
    assert!(matches!(more, Err(StoreError::Constraint(_))), "{more:?}");
    insert(subject, reservation("a", "tea", MAX_STOCK)).unwrap();
    assert_eq!(of(subject, "a"), [reservation("a", "tea", MAX_STOCK)]);
}

pub(super) fn releasing_marks_all_of_a_saga_and_of_no_other(subject: &Subject) {
    for (saga, sku) in [("a", "cup"), ("a", "tea"), ("b", "tea")] {
        insert(subject, reservation(saga, sku, 1)).unwrap();
    }
    for _ in 0..2 {
        subject.write(|tx| tx.release_reservations(&id("a")));
        assert!(of(subject, "a").iter().all(|row| row.released));
        assert_eq!(of(subject, "b"), [reservation("b", "tea", 1)]);
    }
    subject.write(|tx| tx.release_reservations(&id("nobody")));
}

pub(super) fn held_stock_is_sold_once_its_saga_is_committed_and_reserved_until_then(subject: &Subject) {
    for (number, state) in SagaState::ALL.into_iter().enumerate() {
        let saga = saga_in(&format!("saga-{number}"), state);
        let row = reservation(saga.id.as_str(), "tea", 10_u64.pow(number as u32));
        subject.write(move |tx| tx.insert_saga(&saga));
        insert(subject, row).unwrap();
    }
    insert(subject, reservation("without-a-saga", "tea", 100_000)).unwrap();
    insert(subject, reservation("saga-0", "salt", 7)).unwrap();
    // One digit each for forward, unwinding, committed, compensated and stuck, from the right.
    assert_eq!(subject.read(|tx| tx.held_stock("tea")), (111_011, 100));
    assert_eq!(subject.read(|tx| tx.held_stock("salt")), (7, 0));
    assert_eq!(subject.read(|tx| tx.held_stock("cup")), (0, 0));
}

pub(super) fn released_stock_is_not_held(subject: &Subject) {
    insert(subject, reservation("a", "tea", 2)).unwrap();
    insert(subject, reservation("b", "tea", 3)).unwrap();
    subject.write(|tx| tx.release_reservations(&id("a")));
    assert_eq!(subject.read(|tx| tx.held_stock("tea")), (3, 0));
}
