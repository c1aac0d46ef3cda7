//! Repair: a stuck saga is unwound once more, by one execution, and a verdict changes only when nothing is parked.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerRow, LedgerStatus, SagaState, StubRow, Undo};
use amends_types::Sha256Hex;

use crate::provider::Act;
use crate::world::{World, assert_error, assert_undone};

/// A stuck saga: the undo of `take` was refused.
fn stuck() -> World {
    let world = World::new();
    world.done(["reserve", "take"]);
    refuse(&world);
    assert_error(world.compensate("take"), Kind::Rejected);
    assert_undone(&world.compensate("reserve"));
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
    world
}

fn refuse(world: &World) {
    world.script("take", Op::Compensate, [Act::Fail(StepError::Rejected("closed".into()))]);
}

/// What a retry does: the parked row is to be undone once more, by this execution.
fn retry(world: &World, run: &'static str) {
    world.change_saga(move |saga, _| {
        saga.repairing = true;
        saga.unwinder = Some(run.parse().unwrap());
    });
    let id = world.id.clone();
    world.change(move |tx| {
        let row = tx.ledger_row(&id, "take")?.unwrap();
        tx.put_ledger_row(&LedgerRow { status: LedgerStatus::Undoing, settled: None, ..row })
    });
}

#[test]
fn a_repair_that_undoes_everything_makes_the_verdict_compensated() {
    let world = stuck();
    retry(&world, "order-1-1");
    assert_undone(&world.compensate_as("order-1-1", "take"));
    assert_eq!((world.state(), world.saga().repairing), (SagaState::Stuck, true));
    assert_eq!(world.settle_as("order-1-1").unwrap()["error"], "Saga.Compensated");
    assert_eq!((world.state(), world.saga().repairing), (SagaState::Compensated, false));
}

#[test]
fn a_repair_that_is_refused_again_ends_and_the_verdict_stays() {
    let world = stuck();
    let before = world.saga().ended;
    retry(&world, "order-1-1");
    refuse(&world);
    assert_error(world.compensate_as("order-1-1", "take"), Kind::Rejected);
    // Two attempts: the first may have been on its way, as far as the ledger knows.
    world.clock.advance(1_000);
    assert_eq!(world.settle_as("order-1-1").unwrap()["error"], "Saga.Stuck");
    let saga = world.saga();
    assert_eq!((saga.state, saga.repairing, saga.ended), (SagaState::Stuck, false, before));
}

#[test]
fn nobody_but_the_execution_that_repairs_undoes_anything_or_ends_the_repair() {
    let world = stuck();
    retry(&world, "order-1-1");
    assert_error(world.compensate("take"), Kind::Superseded);
    assert_error(world.compensate_as("order-1-2", "take"), Kind::Superseded);
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
    assert_eq!(world.settle_as("order-1-2").unwrap()["error"], "Saga.Stuck");
    assert!(world.saga().repairing);
    assert_eq!(world.status("take"), LedgerStatus::Undoing);
}

#[test]
fn a_parked_row_that_nobody_retries_is_not_asked_again_by_a_repair() {
    let world = stuck();
    world.change_saga(|saga, _| {
        saga.repairing = true;
        saga.unwinder = Some("order-1-1".parse().unwrap());
    });
    let asked = world.provider.seen("take", Op::Compensate).len();
    assert_error(world.compensate_as("order-1-1", "take"), Kind::Rejected);
    assert_eq!(world.provider.seen("take", Op::Compensate).len(), asked);
    assert_eq!(world.settle_as("order-1-1").unwrap()["error"], "Saga.Stuck");
    assert!(!world.saga().repairing);
}

#[test]
fn nothing_goes_forward_while_a_saga_is_repaired_or_after() {
    let world = stuck();
    retry(&world, "order-1-1");
    assert_error(world.execute("tell"), Kind::Cancelled);
    assert_error(world.execute("take"), Kind::Cancelled);
    assert_undone(&world.compensate_as("order-1-1", "take"));
    world.settle_as("order-1-1").unwrap();
    assert_error(world.execute("sync"), Kind::Cancelled);
}

#[test]
fn what_a_person_accepted_is_left_as_it_is() {
    let world = stuck();
    let id = world.id.clone();
    world.change(move |tx| {
        let mut row = tx.ledger_row(&id, "take")?.unwrap();
        row.bury(Undo::Accepted, tx.now());
        tx.put_ledger_row(&row)
    });
    world.change_saga(|saga, _| {
        saga.repairing = true;
        saga.unwinder = Some("order-1-1".parse().unwrap());
    });
    assert_undone(&world.compensate_as("order-1-1", "take"));
    assert_eq!(world.provider.seen("take", Op::Compensate).len(), 1);
    assert_eq!(world.settle_as("order-1-1").unwrap()["error"], "Saga.Compensated");
    assert_eq!(world.row("take").undo, Some(Undo::Accepted));
}

/// Puts a stub in the place of the saga.
fn prune(world: &World, verdict: SagaState) {
    let (id, now) = (world.id.clone(), amends_types::Clock::now(&world.clock));
    world.change(move |tx| {
        let body_sha256 = Sha256Hex::of(b"body");
        tx.replace_by_stub(&StubRow { id: id.clone(), body_sha256, verdict, created: now, ended: now })
    });
}

#[test]
fn a_redrive_of_a_pruned_saga_does_nothing_and_hears_how_it_ended() {
    for (verdict, undo) in
        [(SagaState::Committed, Kind::Committed), (SagaState::Compensated, Kind::Superseded)]
    {
        let world = World::new();
        prune(&world, verdict);
        assert_error(world.execute("take"), Kind::Cancelled);
        assert_error(world.compensate("take"), undo);
        match verdict {
            SagaState::Committed => drop(assert_error(world.settle(), Kind::Committed)),
            _ => assert_eq!(world.settle().unwrap()["error"], "Saga.Compensated"),
        }
        assert_eq!(world.provider.seen("take", Op::Execute).len(), 0);
        assert_eq!(world.find_row("take"), None);
    }
}

#[test]
fn nothing_is_done_for_a_copy() {
    let world = World::new();
    world.done(["reserve"]);
    world.change_saga(|saga, _| saga.restored = Some(amends_store::Restored::Copied));
    assert_error(world.execute("take"), Kind::Bug);
    assert_error(world.compensate("reserve"), Kind::Bug);
    assert_error(world.settle(), Kind::Bug);
    assert_eq!(world.status("reserve"), LedgerStatus::Done);
}
