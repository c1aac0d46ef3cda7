//! What a transaction is.

use super::Subject;
use super::examples::{id, ledger, notice, order, outbox, product, reservation, run, saga};
use crate::{SagaLock, StoreError, Tx};

/// An error of the work's own.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    SoldOut(u32),
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn exists(subject: &Subject, name: &str) -> bool {
    let id = id(name);
    subject.read(move |tx| Ok(tx.saga(&id, SagaLock::None)?.is_some()))
}

pub(super) fn what_work_answers_is_answered(subject: &Subject) {
    assert_eq!(subject.write(|_| Ok("written")), "written");
    assert_eq!(subject.read(|_| Ok("read")), "read");
}

pub(super) fn an_error_of_the_work_is_answered_and_leaves_nothing(subject: &Subject) {
    let answer = subject.try_write(|tx| -> Result<(), Refusal> {
        tx.insert_saga(&saga("a"))?;
        Err(Refusal::SoldOut(7))
    });
    assert_eq!(answer, Err(Refusal::SoldOut(7)));
    assert!(!exists(subject, "a"));
    let answer = subject.try_read(|_| -> Result<(), Refusal> { Err(Refusal::SoldOut(8)) });
    assert_eq!(answer, Err(Refusal::SoldOut(8)));
}

pub(super) fn a_transaction_that_fails_half_way_leaves_no_row_of_any_kind(subject: &Subject) {
    subject.write(|tx| {
        tx.insert_saga(&saga("old"))?;
        tx.insert_order(&order("old"))?;
        tx.insert_outbox(&outbox("machine", "old"))?;
        tx.insert_reservation(&reservation("old", "tea", 2))?;
        tx.insert_product(&product("tea", 10)).map(drop)
    });
    let everything = |tx: &mut dyn Tx| {
        let sagas = tx.sagas(&crate::SagaQuery { limit: 10, ..Default::default() })?;
        let orders = (tx.order(&id("old"))?, tx.order(&id("new"))?);
        let ledger = (tx.ledger_rows(&id("old"))?, tx.ledger_rows(&id("new"))?);
        let reservations = (tx.reservations(&id("old"))?, tx.reservations(&id("new"))?);
        Ok((sagas, orders, ledger, reservations, tx.outbox(10)?, tx.products(None, 10)?))
    };
    let before = subject.read(everything);
    let answer = subject.try_write(|tx| -> Result<(), Refusal> {
        tx.insert_saga(&saga("new"))?;
        tx.update_saga(&crate::SagaRow { unwinds: 3, ..saga("old") })?;
        tx.insert_order(&order("new"))?;
        tx.update_order(&crate::OrderRow { status: crate::OrderStatus::Cancelled, ..order("old") })?;
        tx.put_ledger_row(&ledger("old", "charge", 2))?;
        tx.put_ledger_row(&notice("new"))?;
        tx.delete_outbox("machine", &run("old"))?;
        tx.insert_outbox(&outbox("machine", "new"))?;
        tx.take_stock("tea", 1)?;
        tx.insert_product(&product("salt", 1))?;
        tx.release_reservations(&id("old"))?;
        tx.insert_reservation(&reservation("new", "tea", 1))?;
        Err(Refusal::SoldOut(1))
    });
    assert_eq!(answer, Err(Refusal::SoldOut(1)));
    assert_eq!(subject.read(everything), before);
}

pub(super) fn a_panic_goes_on_in_the_caller_and_leaves_nothing(subject: &Subject) {
    let answers = subject.at_once(1, |_| {
        |tx: &mut dyn Tx| -> Result<(), StoreError> {
            tx.insert_saga(&saga("a"))?;
            panic!("the work is wrong, as this case wants it");
        }
    });
    assert_eq!(answers, [None]);
    assert!(!exists(subject, "a"));
    subject.write(|tx| tx.insert_saga(&saga("b")));
    assert!(exists(subject, "b"));
}

pub(super) fn work_sees_its_own_changes(subject: &Subject) {
    let seen = subject.write(|tx| {
        tx.insert_saga(&saga("a"))?;
        tx.insert_product(&product("tea", 5))?;
        tx.take_stock("tea", 2)?;
        Ok((tx.saga(&id("a"), SagaLock::Update)?, tx.product("tea")?))
    });
    assert_eq!(seen.0, Some(saga("a")));
    assert_eq!(seen.1.unwrap().free, 3);
}

pub(super) fn a_read_sees_what_was_answered_before_it(subject: &Subject) {
    for number in 0..20 {
        let name = format!("saga-{number}");
        let row = saga(&name);
        subject.write(move |tx| tx.insert_saga(&row));
        assert!(exists(subject, &name));
    }
}

pub(super) fn the_commit_sequence_grows_with_every_commit_that_changes_something(subject: &Subject) {
    let mut last = subject.store.commit_sequence();
    for number in 0..5 {
        let row = saga(&format!("saga-{number}"));
        subject.write(move |tx| tx.insert_saga(&row));
        let now = subject.store.commit_sequence();
        assert!(now > last, "{now} after {last}");
        last = now;
    }
}

pub(super) fn the_commit_sequence_stays_when_nothing_is_changed(subject: &Subject) {
    subject.write(|tx| tx.insert_saga(&saga("a")));
    let before = subject.store.commit_sequence();
    subject.read(|tx| tx.saga(&id("a"), SagaLock::None));
    subject.write(|tx| tx.saga(&id("a"), SagaLock::Update));
    subject.try_write(|tx| tx.insert_saga(&saga("a"))).unwrap_err();
    let rolled_back = subject.try_write(|tx| -> Result<(), Refusal> {
        tx.insert_saga(&saga("b"))?;
        Err(Refusal::SoldOut(1))
    });
    rolled_back.unwrap_err();
    assert_eq!(subject.store.commit_sequence(), before);
}

pub(super) fn the_deployment_never_changes(subject: &Subject) {
    let before = subject.store.deployment();
    subject.write(|tx| tx.insert_saga(&saga("a")));
    assert_eq!(subject.store.deployment(), before);
}
