//! The unwinder: one execution unwinds a saga, and the saga row names it.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerStatus, SagaState};

use crate::provider::{Act, Gate};
use crate::world::{World, assert_error, assert_undone};

#[test]
fn the_first_compensation_names_its_execution() {
    let world = World::new();
    assert_undone(&world.compensate_as("order-1", "take"));
    assert_eq!(world.saga().unwinder, Some(world.id.forward_run()));
}

#[test]
fn a_second_execution_is_superseded_and_changes_nothing() {
    let world = World::new();
    world.done(["reserve", "take"]);
    world.take_over("order-1-1");
    let (saga, rows) = (world.saga(), world.rows());
    assert_error(world.compensate_as("order-1", "take"), Kind::Superseded);
    assert_error(world.compensate_as("order-1-2", "take"), Kind::Superseded);
    assert_eq!((world.saga(), world.rows()), (saga, rows));
    assert_undone(&world.compensate_as("order-1-1", "take"));
}

#[test]
fn a_superseded_execution_does_not_settle_and_is_told_the_verdict_of_the_other() {
    let world = World::new();
    world.take_over("order-1-1");
    let saga = world.saga();
    assert_error(world.settle_as("order-1"), Kind::Busy);
    assert_eq!(world.saga(), saga);
    let verdict = world.settle_as("order-1-1").unwrap();
    assert_eq!(world.settle_as("order-1").unwrap(), verdict);
}

#[test]
fn an_undo_under_way_when_its_execution_is_superseded_is_recorded() {
    let (world, gate) = (World::new(), Gate::default());
    world.done(["take"]);
    world.script("take", Op::Compensate, [Act::Effect, Act::Hold(gate.clone())]);
    let undo = world.suspend(Op::Compensate, "take");
    world.take_over("order-1-1");
    assert_error(world.compensate_as("order-1-1", "take"), Kind::Busy);
    gate.open();
    assert_undone(&undo.finish());
    assert_undone(&world.compensate_as("order-1-1", "take"));
    assert_eq!(world.provider.effects("take", Op::Compensate), 1);
}

#[test]
fn a_compensation_after_the_verdict_is_superseded_and_asks_nobody() {
    let world = World::new();
    world.done(["take"]);
    assert_undone(&world.compensate("take"));
    world.settle().unwrap();
    assert_error(world.compensate("take"), Kind::Superseded);
    assert_error(world.compensate_as("order-1-1", "take"), Kind::Superseded);
    assert_eq!(world.state(), SagaState::Compensated);
    assert_eq!(world.status("take"), LedgerStatus::Undone);
    assert_eq!(world.provider.seen("take", Op::Compensate).len(), 1);
}

#[test]
fn the_reason_of_the_unwind_is_the_step_that_failed() {
    let world = World::new();
    world.done(["reserve"]);
    let no = StepError::Rejected("declined".into());
    world.script("take", Op::Execute, [Act::Fail(no)]);
    assert_error(world.execute("take"), Kind::Rejected);
    assert_undone(&world.compensate("take"));
    assert_eq!(world.saga().reason.as_deref(), Some("take: rejected: declined"));
}

#[test]
fn a_best_effort_step_is_never_the_reason_of_the_unwind() {
    let world = World::new();
    world.done(["reserve", "take"]);
    let no = StepError::Rejected("no such mailbox".into());
    world.script("tell", Op::Execute, [Act::Fail(no)]);
    assert_error(world.execute("tell"), Kind::Rejected);
    // The worker is killed and leaves no reason.
    world.script("sync", Op::Execute, [Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Execute, "sync"));
    assert_error(world.compensate("sync"), Kind::Busy);
    assert_eq!(world.saga().reason, None);
}
