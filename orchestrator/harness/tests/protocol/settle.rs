//! Settle: what it waits for, and what it parks.
//!
//! The demo saga's leases last 30 s, and its provider's settle time is 15 s.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerRow, LedgerStatus, SagaState, Undo};

use crate::provider::{Act, Gate};
use crate::world::{World, assert_error, assert_undone};

#[test]
fn settling_an_unwound_saga_buries_what_never_began_and_compensates_it() {
    let world = World::new();
    world.done(["reserve", "take"]);
    assert_undone(&world.compensate("take"));
    assert_undone(&world.compensate("reserve"));
    assert_eq!(world.settle().unwrap()["error"], "Saga.Compensated");
    assert_eq!(world.state(), SagaState::Compensated);
    for step in ["tell", "sync"] {
        assert_eq!(world.row(step).undo, Some(Undo::NeverStarted));
    }
}

#[test]
fn settling_waits_for_a_live_lease_and_changes_nothing_meanwhile() {
    let (world, gate) = (World::new(), Gate::default());
    world.done(["reserve"]);
    world.script("take", Op::Execute, [Act::Hold(gate.clone()), Act::Effect]);
    let take = world.suspend(Op::Execute, "take");
    world.cancel();
    let rows = world.rows();
    assert_error(world.settle(), Kind::Busy);
    assert_eq!((world.rows(), world.state()), (rows, SagaState::Unwinding));
    gate.open();
    take.finish().unwrap();
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
    assert_eq!(world.status("take"), LedgerStatus::Parked);
}

#[test]
fn settling_waits_until_a_lost_request_can_have_no_effect_any_more() {
    let world = World::new();
    world.script("take", Op::Execute, [Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Execute, "take"));
    world.clock.advance(44);
    assert_error(world.settle(), Kind::Busy);
    world.clock.advance(2);
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
    let row = world.row("take");
    assert_eq!((row.status, row.in_doubt, row.lease), (LedgerStatus::Parked, true, None));
}

#[test]
fn settling_waits_for_an_undo_under_way() {
    let (world, gate) = (World::new(), Gate::default());
    world.done(["take"]);
    world.clock.advance(100);
    world.script("take", Op::Compensate, [Act::Hold(gate.clone()), Act::Effect]);
    let undo = world.suspend(Op::Compensate, "take");
    let rows = world.rows();
    assert_error(world.settle(), Kind::Busy);
    assert_eq!((world.rows(), world.state()), (rows, SagaState::Unwinding));
    gate.open();
    assert_undone(&undo.finish());
    assert_eq!(world.settle().unwrap()["error"], "Saga.Compensated");
}

#[test]
fn settling_waits_until_a_lost_undo_can_have_no_effect_any_more() {
    let world = World::new();
    world.done(["take"]);
    world.clock.advance(100);
    world.script("take", Op::Compensate, [Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Compensate, "take"));
    world.clock.advance(44);
    assert_error(world.settle(), Kind::Busy);
    world.clock.advance(2);
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
}

#[test]
fn an_undo_that_wakes_up_after_the_verdict_does_not_change_it() {
    let (world, gate) = (World::new(), Gate::default());
    world.done(["take"]);
    world.script("take", Op::Compensate, [Act::Hold(gate.clone()), Act::Effect]);
    let undo = world.suspend(Op::Compensate, "take");
    world.clock.advance(46);
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
    gate.open();
    assert_error(undo.finish(), Kind::Unknown);
    assert_eq!(world.status("take"), LedgerStatus::Parked);
}

#[test]
fn a_step_that_was_refused_is_settled_without_its_compensation() {
    let world = World::new();
    let no = StepError::Rejected("declined".into());
    world.script("take", Op::Execute, [Act::Fail(no)]);
    assert_error(world.execute("take"), Kind::Rejected);
    assert_eq!(world.settle().unwrap()["error"], "Saga.Compensated");
    assert_eq!(world.row("take").undo, Some(Undo::WasRefused));
}

#[test]
fn an_effect_that_nobody_undid_is_parked() {
    let world = World::new();
    world.done(["reserve", "take"]);
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
    for step in ["reserve", "take"] {
        let row = world.row(step);
        assert_eq!(row.status, LedgerStatus::Parked);
        assert!(row.undo_reason.is_some() && row.settled.is_some());
    }
}

#[test]
fn the_reason_of_a_compensation_that_gave_up_is_kept() {
    let world = World::new();
    world.done(["take"]);
    let down = StepError::Transient("the provider is down".into());
    world.script("take", Op::Compensate, [Act::Fail(down)]);
    assert_error(world.compensate("take"), Kind::Transient);
    world.clock.advance(20);
    world.settle().unwrap();
    let reason = world.row("take").undo_reason.unwrap();
    assert!(reason.contains("the provider is down"), "{reason}");
}

#[test]
fn a_step_of_an_older_version_of_the_saga_is_not_forgotten() {
    let world = World::new();
    let id = world.id.clone();
    world.change(move |tx| {
        let row = LedgerRow::new(id.clone(), "a_step_of_last_year", 9, false, LedgerStatus::Done);
        tx.put_ledger_row(&row)
    });
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
    assert_eq!(world.status("a_step_of_last_year"), LedgerStatus::Parked);
}

#[test]
fn a_saga_that_does_not_exist_has_no_verdict() {
    let mut world = World::new();
    world.id = "order-2".parse().unwrap();
    assert_error(world.settle(), Kind::Bug);
}

#[test]
fn settling_waits_until_a_lost_refund_can_have_no_effect_any_more() {
    let world = World::new();
    world.done(["take"]);
    world.clock.advance(100);
    world.script("take", Op::Compensate, [Act::Fail(StepError::Unknown("the reply was lost".into()))]);
    assert_error(world.compensate("take"), Kind::Unknown);
    assert_error(world.settle(), Kind::Busy);
    assert_eq!(world.status("take"), LedgerStatus::Undoing, "not parked while a refund may be in flight");
    world.clock.advance(16);
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
}
