//! Compensate: whom it asks, with what, and what it records.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerStatus, SagaState, Undo};

use crate::demo_saga::Receipt;
use crate::provider::Act;
use crate::world::{World, assert_error, assert_undone};

#[test]
fn a_compensation_undoes_the_effect_and_is_given_the_recorded_output() {
    let world = World::new();
    world.done(["take"]);
    assert_undone(&world.compensate("take"));
    let row = world.row("take");
    assert_eq!((row.status, row.undo), (LedgerStatus::Undone, Some(Undo::Reversed)));
    let told = &world.provider.seen("take", Op::Compensate)[0];
    assert_eq!(told.output, Some(Receipt { number: 1 }));
    assert!(told.effect_possible);
    assert_eq!(world.provider.effects("take", Op::Compensate), 1);
}

#[test]
fn the_first_compensation_stops_the_saga_from_going_forward() {
    let world = World::new();
    world.done(["take"]);
    assert_undone(&world.compensate("take"));
    assert_eq!(world.state(), SagaState::Unwinding);
    assert_error(world.execute("sync"), Kind::Cancelled);
}

#[test]
fn an_undone_step_is_not_asked_again() {
    let world = World::new();
    world.done(["take"]);
    assert_undone(&world.compensate("take"));
    assert_undone(&world.compensate("take"));
    assert_eq!(world.provider.seen("take", Op::Compensate).len(), 1);
}

#[test]
fn the_failing_step_is_undone_when_its_reply_was_lost() {
    let world = World::new();
    let lost = StepError::Unknown("the reply was lost".into());
    world.script("take", Op::Execute, [Act::Effect, Act::Fail(lost)]);
    assert_error(world.execute("take"), Kind::Unknown);
    assert_undone(&world.compensate("take"));
    assert_eq!(world.provider.effects("take", Op::Compensate), 1);
}

#[test]
fn a_compensation_that_is_not_done_yet_stays_open_and_is_asked_again() {
    let world = World::new();
    world.done(["take"]);
    let errors = [StepError::Transient("down".into()), StepError::Unknown("lost".into())];
    for error in errors {
        let kind = error.kind();
        world.script("take", Op::Compensate, [Act::Fail(error)]);
        assert_error(world.compensate("take"), kind);
        assert_eq!(world.status("take"), LedgerStatus::Undoing);
    }
    assert_undone(&world.compensate("take"));
    assert_eq!(world.row("take").undo_attempts, 3);
}

#[test]
fn an_execute_between_two_attempts_to_undo_is_cancelled() {
    let world = World::new();
    world.done(["take"]);
    let down = StepError::Transient("down".into());
    world.script("take", Op::Compensate, [Act::Fail(down)]);
    assert_error(world.compensate("take"), Kind::Transient);
    assert_error(world.execute("take"), Kind::Cancelled);
    assert_eq!(world.provider.effects("take", Op::Execute), 1);
}

#[test]
fn a_compensation_of_a_saga_that_does_not_exist_is_a_bug() {
    let mut world = World::new();
    world.id = "order-2".parse().unwrap();
    assert_error(world.compensate("take"), Kind::Bug);
}

#[test]
fn an_undo_that_could_not_be_recorded_is_unknown_and_asked_again_after_the_lease() {
    let (world, gate) = (World::new(), crate::provider::Gate::default());
    world.done(["take"]);
    world.script("take", Op::Compensate, [Act::Effect, Act::Hold(gate.clone())]);
    let attempt = world.suspend(Op::Compensate, "take");
    world.store.fail();
    gate.open();
    assert_error(attempt.finish(), Kind::Unknown);
    world.store.recover();
    assert_error(world.compensate("take"), Kind::Busy);
    world.clock.advance(31);
    assert_undone(&world.compensate("take"));
    assert_eq!(world.provider.effects("take", Op::Compensate), 1);
}
