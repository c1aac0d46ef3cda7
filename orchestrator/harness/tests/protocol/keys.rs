//! Idempotency keys and request times: the same at every attempt.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};

use crate::provider::{Act, Gate};
use crate::world::{World, assert_error};

/// Three attempts: a lost reply, a killed worker, and success.
fn three_attempts() -> World {
    let world = World::new();
    let lost = StepError::Unknown("the reply was lost".into());
    world.script("take", Op::Execute, [Act::Fail(lost)]);
    assert_error(world.execute("take"), Kind::Unknown);
    world.clock.advance(5);
    world.script("take", Op::Execute, [Act::Hold(Gate::default())]);
    drop(world.suspend(Op::Execute, "take"));
    world.clock.advance(31);
    world.done(["take"]);
    world
}

#[test]
fn every_attempt_has_the_same_key_and_the_same_time() {
    let seen = three_attempts().provider.seen("take", Op::Execute);
    assert_eq!(seen.len(), 3);
    for attempt in &seen {
        assert_eq!(attempt.key, seen[0].key);
        assert_eq!(attempt.first_started, seen[0].first_started);
    }
}

#[test]
fn keys_differ_by_purpose_and_by_step() {
    let world = World::new();
    world.done(["take", "tell"]);
    let seen = |step| world.provider.seen(step, Op::Execute);
    let (take, tell) = (seen("take"), seen("tell"));
    assert_ne!(take[0].key, take[0].other_key);
    assert_ne!(take[0].key, tell[0].key);
}

#[test]
fn an_undo_has_the_same_keys_at_every_attempt() {
    let world = World::new();
    world.done(["take"]);
    let down = StepError::Transient("down".into());
    world.script("take", Op::Compensate, [Act::Fail(down)]);
    assert_error(world.compensate("take"), Kind::Transient);
    world.compensate("take").unwrap();
    let undos = world.provider.seen("take", Op::Compensate);
    assert_eq!(undos[0].key, undos[1].key);
}
