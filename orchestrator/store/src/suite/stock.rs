//! Stock under contention: never oversold, and all lines of an order or none.

use super::Subject;
use super::examples::{id, product, reservation, saga};
use crate::{SagaLock, SagaRow, SagaState, StoreError, Tx};

const WORKERS: usize = 200;

#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    SoldOut,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Creates a saga that holds all of `lines`, in one transaction.
fn reserve(tx: &mut dyn Tx, name: &str, lines: &[(&str, u64)]) -> Result<(), Refusal> {
    tx.insert_saga(&saga(name))?;
    for (sku, quantity) in lines {
        tx.insert_reservation(&reservation(name, sku, *quantity))?;
        if !tx.take_stock(sku, *quantity)? {
            return Err(Refusal::SoldOut);
        }
    }
    Ok(())
}

fn end(tx: &mut dyn Tx, name: &str, state: SagaState) -> Result<(), StoreError> {
    let row = tx.saga(&id(name), SagaLock::Update)?.unwrap();
    if state == SagaState::Compensated {
        for row in tx.reservations(&row.id)? {
            tx.return_stock(&row.sku, row.quantity)?;
        }
        tx.release_reservations(&row.id)?;
    }
    tx.update_saga(&SagaRow { state, ..row })
}

/// Free, reserved and sold.
fn count(subject: &Subject, sku: &'static str) -> (u64, u64, u64) {
    subject.read(move |tx| {
        let (reserved, sold) = tx.held_stock(sku)?;
        Ok((tx.product(sku)?.unwrap().free, reserved, sold))
    })
}

pub(super) fn two_hundred_workers_never_oversell_the_last_items(subject: &Subject) {
    subject.write(|tx| tx.insert_product(&product("tea", 50)));
    let answers = subject.at_once(WORKERS, |worker| {
        move |tx: &mut dyn Tx| reserve(tx, &format!("saga-{worker}"), &[("tea", 1)])
    });
    assert_eq!(answers.iter().filter(|answer| **answer == Some(Ok(()))).count(), 50);
    assert_eq!(answers.iter().filter(|answer| **answer == Some(Err(Refusal::SoldOut))).count(), 150);
    assert_eq!(count(subject, "tea"), (0, 50, 0));
}

pub(super) fn all_lines_are_reserved_or_none(subject: &Subject) {
    subject.write(|tx| {
        tx.insert_product(&product("cup", 90))?;
        tx.insert_product(&product("tea", 30))
    });
    // The cups would do for 90 of them, the tea for 30.
    let answers = subject.at_once(WORKERS, |worker| {
        move |tx: &mut dyn Tx| reserve(tx, &format!("saga-{worker}"), &[("cup", 1), ("tea", 1)])
    });
    for (worker, answer) in answers.iter().enumerate() {
        let id = id(&format!("saga-{worker}"));
        let lines = subject.read(move |tx| tx.reservations(&id)).len();
        assert_eq!(lines, if *answer == Some(Ok(())) { 2 } else { 0 }, "worker {worker}: {answer:?}");
    }
    assert_eq!((count(subject, "cup"), count(subject, "tea")), ((60, 30, 0), (0, 30, 0)));
}

pub(super) fn everything_in_stock_is_free_reserved_or_sold_whatever_workers_do(subject: &Subject) {
    subject.write(|tx| {
        tx.insert_product(&product("cup", 100))?;
        tx.insert_product(&product("tea", 60))
    });
    let workers = (0..WORKERS).map(|worker| {
        let store = subject.store.clone();
        subject.spawn(async move {
            let name = format!("saga-{worker}");
            let saga = name.clone();
            let lines = [("cup", 1 + worker as u64 % 2), ("tea", 1 + worker as u64 % 3)];
            let reserved = store.transact(move |tx| reserve(tx, &saga, &lines)).await;
            let verdict = match worker % 3 {
                0 => SagaState::Committed,
                1 => SagaState::Compensated,
                _ => SagaState::Forward,
            };
            if reserved.is_ok() {
                store.transact(move |tx| end(tx, &name, verdict)).await.unwrap();
            }
        })
    });
    let workers: Vec<_> = workers.collect();
    for worker in workers {
        subject.join(worker).unwrap();
        for (sku, stocked) in [("cup", 100), ("tea", 60)] {
            let (free, reserved, sold) = count(subject, sku);
            assert_eq!(free + reserved + sold, stocked, "{sku}: {free} + {reserved} + {sold}");
        }
    }
}
