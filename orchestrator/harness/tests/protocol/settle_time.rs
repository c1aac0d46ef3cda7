//! The settle time: when "nothing found" is a proof.
//!
//! The demo saga's leases last 30 s, and its provider's settle time is 15 s.

use amends_saga::{Compensated, Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerStatus, Undo};

use crate::provider::{Act, Gate};
use crate::world::{World, assert_error, assert_undone};

/// Asks for the undo `seconds` after an attempt was killed, of which the provider never hears.
fn undo_after(seconds: u64) -> (World, Result<serde_json::Value, amends_saga::TaskError>) {
    let world = World::new();
    world.script("take", Op::Execute, [Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Execute, "take"));
    world.clock.advance(seconds);
    let answer = world.compensate("take");
    (world, answer)
}

#[test]
fn nothing_found_is_believed_once_the_lease_and_the_settle_time_have_passed() {
    let (world, answer) = undo_after(46);
    assert_undone(&answer);
    assert_eq!(world.row("take").undo, Some(Undo::NothingFound));
}

#[test]
fn nothing_found_is_not_believed_before_and_asked_for_again() {
    let (world, answer) = undo_after(44);
    assert!(assert_error(answer, Kind::Transient).contains("proves nothing before"));
    assert_eq!(world.status("take"), LedgerStatus::Undoing);
    world.clock.advance(2);
    assert_undone(&world.compensate("take"));
    assert_eq!(world.row("take").undo, Some(Undo::NothingFound));
}

#[test]
fn an_effect_that_appears_within_the_settle_time_is_undone() {
    let world = World::new();
    let lost = StepError::Unknown("no answer within the time limit".into());
    world.script("take", Op::Execute, [Act::Fail(lost)]);
    assert_error(world.execute("take"), Kind::Unknown);
    assert_error(world.compensate("take"), Kind::Transient);
    // The request arrives although nobody waits for it.
    world.provider.arrive_late("take");
    world.clock.advance(16);
    assert_undone(&world.compensate("take"));
    assert_eq!(world.row("take").undo, Some(Undo::Reversed));
}

#[test]
fn the_settle_time_begins_when_the_attempt_ended_within_its_lease() {
    let world = World::new();
    let lost = StepError::Unknown("the reply was lost".into());
    world.script("take", Op::Execute, [Act::Fail(lost)]);
    assert_error(world.execute("take"), Kind::Unknown);
    world.clock.advance(14);
    assert_error(world.compensate("take"), Kind::Transient);
    world.clock.advance(2);
    assert_undone(&world.compensate("take"));
}

#[test]
fn a_proof_that_nothing_happened_is_believed_at_once() {
    let world = World::new();
    let down = StepError::Transient("down".into());
    world.script("take", Op::Execute, [Act::Fail(down)]);
    assert_error(world.execute("take"), Kind::Transient);
    world.script("take", Op::Compensate, [Act::Say(Compensated::NothingHappened)]);
    assert_undone(&world.compensate("take"));
    assert_eq!(world.row("take").undo, Some(Undo::NothingHappened));
}
