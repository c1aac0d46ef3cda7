//! The lease: one attempt acts at a time, and only its holder writes.

use amends_saga::{Compensated, Op, StepError, TaskErrorKind as Kind};
use amends_store::LedgerStatus;

use crate::provider::{Act, Gate};
use crate::world::{World, assert_done, assert_error, assert_undone};

#[test]
fn while_one_attempt_acts_another_is_busy_and_does_not_act() {
    let (world, gate) = (World::new(), Gate::default());
    world.script("take", Op::Execute, [Act::Hold(gate.clone()), Act::Effect]);
    let first = world.suspend(Op::Execute, "take");
    assert_error(world.execute("take"), Kind::Busy);
    assert_error(world.compensate("take"), Kind::Busy);
    assert_eq!(world.provider.seen("take", Op::Execute).len(), 1);
    gate.open();
    assert_done(&first.finish());
    assert_eq!(world.provider.effects("take", Op::Execute), 1);
    assert_undone(&world.compensate("take"));
}

#[test]
fn while_one_undo_acts_another_is_busy_and_does_not_act() {
    let (world, gate) = (World::new(), Gate::default());
    world.done(["take"]);
    world.script("take", Op::Compensate, [Act::Hold(gate.clone()), Act::Effect]);
    let first = world.suspend(Op::Compensate, "take");
    assert_error(world.compensate("take"), Kind::Busy);
    gate.open();
    assert_undone(&first.finish());
    assert_eq!(world.provider.effects("take", Op::Compensate), 1);
}

#[test]
fn an_ordinary_return_releases_the_lease() {
    let world = World::new();
    let down = StepError::Transient("the provider is down".into());
    world.script("take", Op::Execute, [Act::Fail(down)]);
    assert_error(world.execute("take"), Kind::Transient);
    assert_eq!(world.row("take").lease, None);
    world.done(["take"]);
}

#[test]
fn each_attempt_has_a_token_of_its_own() {
    let world = World::new();
    let tokens = [(), ()].map(|()| {
        world.script("take", Op::Execute, [Act::Hold(Gate::default())]);
        drop(world.suspend(Op::Execute, "take"));
        world.clock.advance(31);
        world.row("take").lease.unwrap().token
    });
    assert_ne!(tokens[0], tokens[1]);
}

#[test]
fn a_killed_worker_keeps_its_lease_until_it_runs_out() {
    let world = World::new();
    world.script("take", Op::Execute, [Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Execute, "take"));
    world.clock.advance(29);
    assert_error(world.execute("take"), Kind::Busy);
    world.clock.advance(2);
    world.done(["take"]);
}

/// An attempt wakes up after its lease ran out and another took the row; what it learned is not written.
fn check_late(acts: [Act; 2], opens: &Gate) {
    let world = World::new();
    world.script("take", Op::Execute, acts);
    let late = world.suspend(Op::Execute, "take");
    world.clock.advance(31);
    world.script("take", Op::Compensate, [Act::Say(Compensated::NothingHappened)]);
    assert_undone(&world.compensate("take"));
    let tombstone = world.row("take");
    opens.open();
    assert_error(late.finish(), Kind::Unknown);
    assert_eq!(world.row("take"), tombstone);
}

#[test]
fn an_attempt_that_lost_its_lease_writes_neither_done_nor_refused() {
    let gate = Gate::default();
    check_late([Act::Hold(gate.clone()), Act::Effect], &gate);
    let gate = Gate::default();
    let no = StepError::Rejected("declined".into());
    check_late([Act::Hold(gate.clone()), Act::Fail(no)], &gate);
}

#[test]
fn an_attempt_whose_lease_another_took_does_not_write_over_it() {
    let (world, first, second) = (World::new(), Gate::default(), Gate::default());
    let no = StepError::Rejected("declined".into());
    world.script("take", Op::Execute, [Act::Hold(first.clone()), Act::Fail(no)]);
    world.script("take", Op::Execute, [Act::Hold(second.clone()), Act::Effect]);
    let late = world.suspend(Op::Execute, "take");
    world.clock.advance(31);
    let holder = world.suspend(Op::Execute, "take");
    let held = world.row("take");
    first.open();
    assert_error(late.finish(), Kind::Unknown);
    assert_eq!(world.row("take"), held);
    second.open();
    assert_done(&holder.finish());
}

#[test]
fn an_undo_that_lost_its_lease_does_not_write_undone() {
    let (world, first, second) = (World::new(), Gate::default(), Gate::default());
    world.done(["take"]);
    world.script("take", Op::Compensate, [Act::Hold(first.clone()), Act::Say(Compensated::Undone)]);
    world.script("take", Op::Compensate, [Act::Hold(second.clone()), Act::Effect]);
    let late = world.suspend(Op::Compensate, "take");
    world.clock.advance(31);
    let holder = world.suspend(Op::Compensate, "take");
    first.open();
    assert_error(late.finish(), Kind::Unknown);
    assert_eq!(world.status("take"), LedgerStatus::Undoing);
    second.open();
    assert_undone(&holder.finish());
}
