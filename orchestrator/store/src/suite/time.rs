//! Time in transactions: the clock's, but never back.

use std::time::Duration;

use amends_types::Timestamp;

use super::Subject;
use super::examples::{id, saga};
use super::subject::BEGIN;
use crate::{SagaLock, SagaRow, StoreError, Tx};

/// Puts a saga with the transaction's time in place of the one that is there.
fn stamp(tx: &mut dyn Tx) -> Result<Timestamp, StoreError> {
    let now = tx.now();
    let row = SagaRow { created: now, ..saga("a") };
    match tx.saga(&row.id, SagaLock::Update)? {
        None => tx.insert_saga(&row)?,
        Some(_) => tx.update_saga(&row)?,
    }
    Ok(now)
}

pub(super) fn time_is_the_clocks(subject: &Subject) {
    let later = BEGIN.plus(Duration::from_secs(60));
    subject.clock.set(later);
    assert_eq!(subject.write(stamp), later);
    let much_later = later.plus(Duration::from_secs(60));
    subject.clock.set(much_later);
    assert_eq!(subject.read(|tx| Ok(tx.now())), much_later);
}

pub(super) fn time_is_the_same_throughout_a_transaction(subject: &Subject) {
    let clock = subject.clock.clone();
    let (first, second) = subject.write(move |tx| {
        let first = tx.now();
        clock.set(first.plus(Duration::from_secs(1)));
        Ok((first, tx.now()))
    });
    assert_eq!(first, second);
}

pub(super) fn time_does_not_go_back_when_the_clock_does(subject: &Subject) {
    let first = subject.write(stamp);
    let second = subject.write(stamp);
    subject.clock.set(Timestamp::from_micros(0));
    let third = subject.write(stamp);
    assert!(first < second && second < third, "{first:?} {second:?} {third:?}");
}

pub(super) fn a_read_is_later_than_what_it_sees(subject: &Subject) {
    subject.write(stamp);
    subject.clock.set(Timestamp::from_micros(0));
    let (now, stamped) = subject.read(|tx| Ok((tx.now(), tx.saga(&id("a"), SagaLock::None)?)));
    assert!(now > stamped.unwrap().created);
}

pub(super) fn later_commits_have_later_times_whoever_makes_them(subject: &Subject) {
    subject.write(|tx| tx.insert_saga(&saga("a")));
    // The count that each one finds says who came first.
    let answers = subject.at_once(100, |_| {
        |tx: &mut dyn Tx| -> Result<_, StoreError> {
            let row = tx.saga(&id("a"), SagaLock::Update)?.unwrap();
            let turn = row.unwinds;
            tx.update_saga(&SagaRow { unwinds: turn + 1, ..row })?;
            Ok((turn, tx.now()))
        }
    });
    let mut turns: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().unwrap()).collect();
    turns.sort();
    let times: Vec<_> = turns.iter().map(|(_, now)| *now).collect();
    assert!(times.is_sorted_by(|earlier, later| earlier < later), "{times:?}");
}
