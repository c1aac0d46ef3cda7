//! Doubt: whether a rejection proves that nothing happened, by what earlier attempts left behind.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::LedgerStatus;

use crate::provider::{Act, Gate};
use crate::world::{World, assert_error};

fn reject(world: &World) {
    let no = StepError::Rejected("declined".into());
    world.script("take", Op::Execute, [Act::Fail(no)]);
    assert_error(world.execute("take"), Kind::Rejected);
}

fn fail(world: &World, error: StepError) {
    let kind = error.kind();
    world.script("take", Op::Execute, [Act::Fail(error)]);
    assert_error(world.execute("take"), kind);
}

fn assert_in_doubt(world: &World) {
    let row = world.row("take");
    assert_eq!((row.status, row.in_doubt), (LedgerStatus::Started, true));
    assert_eq!(row.reason.as_deref(), Some("rejected: declined"));
}

#[test]
fn a_rejection_at_first_is_refused_and_its_repeat_asks_nobody() {
    let world = World::new();
    reject(&world);
    assert_eq!(world.status("take"), LedgerStatus::Refused);
    assert!(assert_error(world.execute("take"), Kind::Rejected).contains("declined"));
    assert_eq!(world.provider.seen("take", Op::Execute).len(), 1);
}

#[test]
fn a_rejection_after_a_transient_failure_is_refused() {
    let world = World::new();
    fail(&world, StepError::Transient("down".into()));
    reject(&world);
    let row = world.row("take");
    assert_eq!((row.status, row.in_doubt), (LedgerStatus::Refused, false));
}

#[test]
fn a_rejection_after_an_unknown_outcome_stays_started_with_its_reason() {
    let world = World::new();
    fail(&world, StepError::Unknown("the reply was lost".into()));
    reject(&world);
    assert_in_doubt(&world);
    // For good: a proof about a later attempt proves nothing about the earlier one.
    fail(&world, StepError::Transient("down".into()));
    reject(&world);
    assert_in_doubt(&world);
}

#[test]
fn a_rejection_after_a_lease_that_ran_out_stays_started() {
    let world = World::new();
    world.script("take", Op::Execute, [Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Execute, "take"));
    world.clock.advance(31);
    reject(&world);
    assert_in_doubt(&world);
}

#[test]
fn a_rejection_that_comes_after_its_own_lease_stays_started() {
    let (world, gate) = (World::new(), Gate::default());
    let no = StepError::Rejected("declined".into());
    world.script("take", Op::Execute, [Act::Hold(gate.clone()), Act::Fail(no)]);
    let late = world.suspend(Op::Execute, "take");
    world.clock.advance(31);
    gate.open();
    assert_error(late.finish(), Kind::Rejected);
    assert_in_doubt(&world);
}

#[test]
fn a_panic_in_a_step_is_a_bug_and_leaves_the_row_in_doubt() {
    let world = World::new();
    world.script("take", Op::Execute, [Act::Effect, Act::Panic]);
    assert_error(world.execute("take"), Kind::Bug);
    let row = world.row("take");
    assert_eq!((row.status, row.in_doubt, row.lease), (LedgerStatus::Started, true, None));
}

#[test]
fn a_result_that_could_not_be_recorded_is_unknown_and_in_doubt_once_the_lease_runs_out() {
    let (world, gate) = (World::new(), Gate::default());
    world.script("take", Op::Execute, [Act::Effect, Act::Hold(gate.clone())]);
    let attempt = world.suspend(Op::Execute, "take");
    world.store.fail();
    gate.open();
    assert_error(attempt.finish(), Kind::Unknown);
    world.store.recover();
    assert_error(world.execute("take"), Kind::Busy);
    world.clock.advance(31);
    reject(&world);
    assert_in_doubt(&world);
}

#[test]
fn a_compensation_is_told_whether_there_may_be_an_effect() {
    let check = |first: StepError, expected: bool| {
        let world = World::new();
        fail(&world, first);
        drop(world.compensate("take"));
        assert_eq!(world.provider.seen("take", Op::Compensate)[0].effect_possible, expected);
    };
    check(StepError::Transient("down".into()), false);
    check(StepError::Unknown("lost".into()), true);
    check(StepError::Bug("what?".into()), true);
}
