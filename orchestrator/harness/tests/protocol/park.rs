//! Parking: a compensation that was refused waits for a person, and the others go on.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerStatus, SagaState};
use serde_json::{Value, json};

use crate::provider::Act;
use crate::world::{World, assert_error, assert_undone};

fn refuse_to_undo(world: &World, step: &'static str) {
    let no = StepError::Rejected("refund failed".into());
    world.script(step, Op::Compensate, [Act::Fail(no)]);
    assert_error(world.compensate(step), Kind::Rejected);
    assert_eq!(world.status(step), LedgerStatus::Parked);
}

#[test]
fn a_refused_compensation_is_parked_at_once_and_not_asked_again() {
    let world = World::new();
    world.done(["take"]);
    refuse_to_undo(&world, "take");
    let cause = assert_error(world.compensate("take"), Kind::Rejected);
    assert!(cause.contains("refund failed"), "{cause}");
    assert_eq!(world.provider.seen("take", Op::Compensate).len(), 1);
}

#[test]
fn a_bug_in_a_compensation_parks_the_row() {
    let world = World::new();
    world.done(["take"]);
    world.script("take", Op::Compensate, [Act::Panic]);
    assert_error(world.compensate("take"), Kind::Bug);
    assert_eq!(world.status("take"), LedgerStatus::Parked);
}

#[test]
fn a_parked_step_does_not_stop_the_others_and_makes_the_verdict_stuck() {
    let world = World::new();
    world.done(["reserve", "take", "tell"]);
    assert_undone(&world.compensate("tell"));
    refuse_to_undo(&world, "take");
    assert_undone(&world.compensate("reserve"));
    let verdict = world.settle().unwrap();
    assert_eq!(verdict["error"], "Saga.Stuck");
    let cause: Value = serde_json::from_str(verdict["cause"].as_str().unwrap()).unwrap();
    assert_eq!(cause["parked"], json!(["take"]));
    assert_eq!(cause["undone"], json!(["reserve", "tell", "sync"]));
    assert_eq!(world.state(), SagaState::Stuck);
    assert_eq!(world.free_stock(), 1);
}

#[test]
fn an_undo_that_may_be_on_its_way_is_waited_for_although_a_later_one_was_refused() {
    let world = World::new();
    world.done(["reserve", "take"]);
    world.script("take", Op::Compensate, [Act::Fail(StepError::Unknown("no answer".into()))]);
    assert_error(world.compensate("take"), Kind::Unknown);
    refuse_to_undo(&world, "take");
    let cause = assert_error(world.settle(), Kind::Busy);
    assert!(cause.contains("take may still change"), "{cause}");
    world.clock.advance(16);
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
}

#[test]
fn a_parked_best_effort_step_does_not_make_the_verdict_stuck() {
    let world = World::new();
    world.done(["reserve", "take", "tell"]);
    refuse_to_undo(&world, "tell");
    assert_undone(&world.compensate("take"));
    assert_undone(&world.compensate("reserve"));
    assert_eq!(world.settle().unwrap()["error"], "Saga.Compensated");
    assert_eq!(world.status("tell"), LedgerStatus::Parked);
}

#[test]
fn a_late_compensation_of_a_stuck_saga_changes_nothing() {
    let world = World::new();
    world.done(["reserve", "take"]);
    refuse_to_undo(&world, "take");
    assert_undone(&world.compensate("reserve"));
    world.settle().unwrap();
    let (saga, rows) = (world.saga(), world.rows());
    assert_error(world.compensate("take"), Kind::Rejected);
    assert_error(world.compensate_as("order-1-1", "take"), Kind::Superseded);
    assert_error(world.execute("take"), Kind::Cancelled);
    assert_eq!((world.saga(), world.rows()), (saga, rows));
}
