//! A cancel: the saga row is set to unwinding by somebody who does not unwind.

use amends_saga::{Op, TaskErrorKind as Kind};
use amends_store::SagaState;
use serde_json::Value;

use crate::provider::{Act, Gate};
use crate::world::{World, assert_done, assert_error, assert_undone};

#[test]
fn the_next_step_after_a_cancel_is_cancelled_and_the_execution_unwinds() {
    let world = World::new();
    world.done(["reserve", "take"]);
    world.cancel();
    assert_eq!(world.saga().unwinder, None);
    assert_error(world.execute("tell"), Kind::Cancelled);
    for step in ["tell", "take", "reserve"] {
        assert_undone(&world.compensate(step));
    }
    assert_eq!(world.saga().unwinder, Some(world.id.forward_run()));
    assert_eq!(world.settle().unwrap()["error"], "Saga.Compensated");
    assert_eq!(world.saga().reason.as_deref(), Some("cancelled by the customer"));
}

#[test]
fn a_step_under_way_at_a_cancel_is_done_and_the_next_is_cancelled() {
    let (world, gate) = (World::new(), Gate::default());
    world.script("take", Op::Execute, [Act::Hold(gate.clone()), Act::Effect]);
    let take = world.suspend(Op::Execute, "take");
    world.cancel();
    gate.open();
    assert_done(&take.finish());
    assert_error(world.execute("tell"), Kind::Cancelled);
    assert_undone(&world.compensate("take"));
}

#[test]
fn either_the_cancel_or_the_commit_is_first() {
    let (world, gate) = (World::new(), Gate::default());
    world.done(["reserve", "take", "tell"]);
    world.script("sync", Op::Execute, [Act::Effect, Act::Hold(gate.clone())]);
    let sync = world.suspend(Op::Execute, "sync");
    world.cancel();
    gate.open();
    assert_error(sync.finish(), Kind::Cancelled);
    assert_eq!(world.state(), SagaState::Unwinding);

    let world = World::new();
    world.done(["reserve", "take", "tell", "sync"]);
    world.change_saga(|saga, now| assert!(!saga.begin_unwinding(None, now)));
    assert_eq!(world.state(), SagaState::Committed);
}

#[test]
fn a_cancelled_saga_that_never_began_is_compensated() {
    let world = World::new();
    world.cancel();
    let verdict: Value = world.settle().unwrap();
    assert_eq!(verdict["error"], "Saga.Compensated");
    assert_error(world.execute("reserve"), Kind::Cancelled);
    assert_eq!(world.free_stock(), 1);
}
