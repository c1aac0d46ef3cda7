//! A restart: the leases of workers that are certainly dead.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::{Lease, LedgerRow, LedgerStatus};
use futures_util::FutureExt;

use crate::provider::{Act, Gate};
use crate::world::{World, assert_error, assert_undone};

fn restart(world: &World) -> usize {
    let ended = world.harness.end_leases_of_dead_workers();
    ended.now_or_never().expect("the memory store never waits").unwrap()
}

#[test]
fn the_lease_of_a_dead_worker_is_ended_and_its_row_is_in_doubt() {
    let world = World::new();
    world.script("take", Op::Execute, [Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Execute, "take"));
    assert_eq!(restart(&world), 1);
    let row = world.row("take");
    assert_eq!((row.lease, row.in_doubt), (None, true));
    let no = StepError::Rejected("declined".into());
    world.script("take", Op::Execute, [Act::Fail(no)]);
    assert_error(world.execute("take"), Kind::Rejected);
    assert_eq!(world.status("take"), LedgerStatus::Started);
}

#[test]
fn the_settle_time_after_a_restart_counts_from_the_restart() {
    let world = World::new();
    world.script("take", Op::Execute, [Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Execute, "take"));
    restart(&world);
    world.clock.advance(14);
    assert_error(world.compensate("take"), Kind::Transient);
    world.clock.advance(2);
    assert_undone(&world.compensate("take"));
}

#[test]
fn an_undo_of_a_dead_worker_is_ended_and_goes_on_at_once() {
    let world = World::new();
    world.done(["take"]);
    world.script("take", Op::Compensate, [Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Compensate, "take"));
    assert_eq!(restart(&world), 1);
    assert!(!world.row("take").in_doubt);
    assert_undone(&world.compensate("take"));
}

#[test]
fn a_restart_without_dead_workers_changes_nothing() {
    let world = World::new();
    world.done(["take"]);
    let rows = world.rows();
    assert_eq!(restart(&world), 0);
    assert_eq!(world.rows(), rows);
}

#[test]
fn every_lease_is_ended_however_many_there_are() {
    let world = World::new();
    world.change(|tx| {
        let until = tx.now();
        for number in 0..1_001 {
            let id = format!("order-{number}").parse().unwrap();
            let mut row = LedgerRow::new(id, "take", 1, false, LedgerStatus::Started);
            row.lease = Some(Lease { token: 1, until });
            tx.put_ledger_row(&row)?;
        }
        Ok(())
    });
    assert_eq!(restart(&world), 1_001);
    assert_eq!(world.read(|tx| tx.leased_rows(1)), []);
}
