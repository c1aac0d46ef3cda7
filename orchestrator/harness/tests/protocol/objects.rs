//! The provider's objects: recorded under the lease, before they are used.

use amends_saga::{Compensated, Op, TaskErrorKind as Kind};

use crate::provider::{Act, Gate};
use crate::world::{World, assert_error, assert_undone};

#[test]
fn a_recorded_object_is_found_by_the_compensation_although_the_execute_never_answered() {
    let world = World::new();
    let acts = [Act::Record("thing-1"), Act::Effect, Act::Hold(Gate::default())];
    world.script("take", Op::Execute, acts);
    drop(world.suspend(Op::Execute, "take"));
    world.clock.advance(31);
    assert_undone(&world.compensate("take"));
    let told = &world.provider.seen("take", Op::Compensate)[0];
    assert_eq!(told.object.as_deref(), Some("thing-1"));
    assert_eq!(told.output, None);
}

#[test]
fn a_recorded_object_is_found_by_the_next_attempt() {
    let world = World::new();
    world.script("take", Op::Execute, [Act::Record("thing-1"), Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Execute, "take"));
    world.clock.advance(31);
    world.done(["take"]);
    let told = &world.provider.seen("take", Op::Execute)[1];
    assert_eq!(told.object.as_deref(), Some("thing-1"));
}

#[test]
fn an_attempt_that_lost_its_lease_cannot_record_an_object_and_stops() {
    let (world, gate) = (World::new(), Gate::default());
    let acts = [Act::Hold(gate.clone()), Act::Record("thing-1"), Act::Effect];
    world.script("take", Op::Execute, acts);
    let late = world.suspend(Op::Execute, "take");
    world.clock.advance(31);
    world.script("take", Op::Compensate, [Act::Say(Compensated::NothingHappened)]);
    assert_undone(&world.compensate("take"));
    gate.open();
    assert_error(late.finish(), Kind::Unknown);
    assert!(world.row("take").objects.is_empty());
    assert_eq!(world.provider.books(), []);
}

#[test]
fn an_object_that_could_not_be_recorded_is_not_used() {
    let (world, gate) = (World::new(), Gate::default());
    let acts = [Act::Hold(gate.clone()), Act::Record("thing-1"), Act::Effect];
    world.script("take", Op::Execute, acts);
    let attempt = world.suspend(Op::Execute, "take");
    world.store.fail();
    gate.open();
    assert!(attempt.finish().is_err());
    assert_eq!(world.provider.books(), []);
}
