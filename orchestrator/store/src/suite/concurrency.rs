//! Many at once: each transaction is as if it were alone.

use super::Subject;
use super::examples::{id, saga};
use crate::{SagaLock, SagaRow, SagaState, StoreError, Tx};

const WORKERS: usize = 200;

fn count(tx: &mut dyn Tx, name: &str) -> Result<u32, StoreError> {
    let row = tx.saga(&id(name), SagaLock::Update)?.unwrap();
    tx.update_saga(&SagaRow { unwinds: row.unwinds + 1, ..row.clone() })?;
    Ok(row.unwinds)
}

fn counted(subject: &Subject, name: &str) -> u32 {
    let id = id(name);
    subject.read(move |tx| Ok(tx.saga(&id, SagaLock::None)?.unwrap().unwinds))
}

pub(super) fn of_many_who_begin_to_unwind_a_saga_exactly_one_does(subject: &Subject) {
    subject.write(|tx| tx.insert_saga(&saga("a")));
    let answers = subject.at_once(WORKERS, |worker| {
        move |tx: &mut dyn Tx| -> Result<bool, StoreError> {
            let mut row = tx.saga(&id("a"), SagaLock::Update)?.unwrap();
            let won = row.begin_unwinding(Some(format!("worker {worker}")), tx.now());
            if won {
                tx.update_saga(&row)?;
            }
            Ok(won)
        }
    });
    let winners: Vec<_> = (0..WORKERS).filter(|worker| answers[*worker] == Some(Ok(true))).collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    let row = subject.read(|tx| tx.saga(&id("a"), SagaLock::None)).unwrap();
    assert_eq!(row.state, SagaState::Unwinding);
    assert_eq!(row.reason, Some(format!("worker {}", winners[0])));
}

pub(super) fn no_count_is_lost_when_many_read_and_write_the_same_row(subject: &Subject) {
    subject.write(|tx| tx.insert_saga(&saga("a")));
    let answers = subject.at_once(WORKERS, |_| |tx: &mut dyn Tx| count(tx, "a"));
    let mut counts: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().unwrap()).collect();
    counts.sort_unstable();
    assert!(counts.into_iter().eq(0..200));
    assert_eq!(counted(subject, "a"), 200);
}

pub(super) fn no_reader_sees_a_part_of_a_transaction(subject: &Subject) {
    subject.write(|tx| {
        tx.insert_saga(&saga("a"))?;
        tx.insert_saga(&saga("b"))
    });
    let readers = (0..4).map(|_| {
        let store = subject.store.clone();
        subject.spawn(async move {
            for _ in 0..100 {
                let read = |tx: &mut dyn Tx| {
                    let a = tx.saga(&id("a"), SagaLock::None)?.unwrap();
                    let b = tx.saga(&id("b"), SagaLock::None)?.unwrap();
                    Ok::<_, StoreError>((a.unwinds, b.unwinds))
                };
                let (a, b) = store.query(read).await.unwrap();
                assert_eq!(a, b);
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    let both = |tx: &mut dyn Tx| -> Result<(), StoreError> {
        count(tx, "a")?;
        count(tx, "b").map(drop)
    };
    subject.at_once(WORKERS, |_| both);
    for reader in readers {
        subject.join(reader).expect("a reader saw one of two changes without the other");
    }
    assert_eq!((counted(subject, "a"), counted(subject, "b")), (200, 200));
}

/// Runs workers that each add a saga; every third then does `harm`, which takes its own saga back and no other.
fn expect_only_own_harm(subject: &Subject, harm: fn() -> Result<(), StoreError>) {
    let name = |worker: usize| format!("saga-{worker}");
    subject.at_once(WORKERS, |worker| {
        let row = saga(&name(worker));
        move |tx: &mut dyn Tx| -> Result<(), StoreError> {
            tx.insert_saga(&row)?;
            if worker % 3 == 1 { harm() } else { Ok(()) }
        }
    });
    for worker in 0..WORKERS {
        let id = id(&name(worker));
        let row = subject.read(move |tx| tx.saga(&id, SagaLock::None));
        assert_eq!(row.is_some(), worker % 3 != 1, "worker {worker}");
    }
}

pub(super) fn a_failing_transaction_does_not_disturb_its_neighbours(subject: &Subject) {
    expect_only_own_harm(subject, || Err(StoreError::Constraint("as this case wants it".to_owned())));
}

pub(super) fn a_panicking_transaction_does_not_disturb_its_neighbours(subject: &Subject) {
    expect_only_own_harm(subject, || panic!("the work is wrong, as this case wants it"));
}
