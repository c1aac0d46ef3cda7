//! Stubs.

use std::time::Duration;

use amends_types::Sha256Hex;

use super::Subject;
use super::examples::{id, ledger, order, product, reservation, saga_in};
use super::subject::BEGIN;
use crate::{SagaLock, SagaRow, SagaState, StoreError, StubRow, Tx};

fn stub(name: &str) -> StubRow {
    StubRow {
        id: id(name),
        body_sha256: Sha256Hex::of(name.as_bytes()),
        verdict: SagaState::Committed,
        created: BEGIN,
        ended: BEGIN.plus(Duration::from_secs(1)),
    }
}

fn insert(tx: &mut dyn Tx, name: &str) -> Result<(), StoreError> {
    tx.insert_saga(&saga_in(name, SagaState::Committed))?;
    tx.insert_order(&order(name))?;
    tx.put_ledger_row(&ledger(name, "order", 0))?;
    tx.put_ledger_row(&ledger(name, "charge", 2))?;
    tx.insert_reservation(&reservation(name, "tea", 2))
}

pub(super) fn a_stub_takes_the_place_of_everything_of_its_saga_and_of_no_other(subject: &Subject) {
    subject.write(|tx| {
        tx.insert_product(&product("tea", 9))?;
        insert(tx, "a")?;
        insert(tx, "b")
    });
    subject.write(|tx| tx.replace_by_stub(&stub("a")));
    let rest = |name: &'static str| {
        subject.read(move |tx| {
            let saga = tx.saga(&id(name), SagaLock::None)?.is_some();
            let order = tx.order(&id(name))?.is_some();
            let rows = (tx.ledger_rows(&id(name))?.len(), tx.reservations(&id(name))?.len());
            Ok((saga, order, rows, tx.stub(&id(name))?))
        })
    };
    assert_eq!(rest("a"), (false, false, (0, 0), Some(stub("a"))));
    assert_eq!(rest("b"), (true, true, (2, 1), None));
}

pub(super) fn a_saga_that_is_not_there_cannot_be_replaced_by_a_stub(subject: &Subject) {
    let absent = subject.try_write(|tx| tx.replace_by_stub(&stub("a")));
    assert!(matches!(absent, Err(StoreError::Constraint(_))), "{absent:?}");
    assert_eq!(subject.read(|tx| tx.stub(&id("a"))), None);
}

pub(super) fn sagas_that_ended_before_a_time_are_in_the_order_of_ids(subject: &Subject) {
    let at = |seconds| BEGIN.plus(Duration::from_secs(seconds));
    subject.write(move |tx| {
        for (name, ended, state) in [
            ("c", Some(1), SagaState::Committed),
            ("a", Some(2), SagaState::Compensated),
            ("b", Some(3), SagaState::Stuck),
            ("d", Some(4), SagaState::Committed),
            ("e", None, SagaState::Forward),
        ] {
            tx.insert_saga(&SagaRow { ended: ended.map(at), ..saga_in(name, state) })?;
        }
        Ok(())
    });
    let before = |seconds, after: Option<&'static str>, limit| {
        let rows = subject.read(move |tx| tx.ended_before(at(seconds), after.map(id).as_ref(), limit));
        rows.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(before(4, None, 9), "a b c");
    assert_eq!(before(9, None, 9), "a b c d");
    assert_eq!(before(4, Some("a"), 9), "b c");
    assert_eq!((before(4, None, 2), before(1, None, 9)), ("a b".to_owned(), String::new()));
}
