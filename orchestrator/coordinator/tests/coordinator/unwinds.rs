//! One unwinder at a time, at most three in turn, and nothing that comes back later changes what they did.

use amends_coordinator::{Started, StepFunctions, Swept};
use amends_saga::Op;
use amends_store::{LedgerStatus, SagaState};
use serde_json::json;

use crate::provider::Act;
use crate::worker::Lost;
use crate::world::{World, forward, saga_id, unwind};

/// The saga `o` after an execution that was stopped when all was done but `pay`, and `unwinds` of the others, each
/// stopped before it could do anything.
fn stopped_again_and_again(unwinds: u32) -> World {
    let world = World::new();
    world.worker.lose("pay", Op::Execute, [Lost::Request]);
    world.begin("o");
    world.stop(&forward("o"));
    world.worker.lose("pay", Op::Compensate, vec![Lost::Request; unwinds as usize]);
    for number in 1..=unwinds {
        assert_eq!(world.sweep().started, [unwind("o", number)]);
        world.settle();
        world.stop(&unwind("o", number));
    }
    world
}

#[test]
fn after_three_unwinds_that_came_to_nothing_the_saga_is_settled() {
    let world = stopped_again_and_again(3);
    assert_eq!(world.sweep(), Swept::default());
    assert_eq!(world.worker.settled(), [(saga_id("o"), unwind("o", 3).run)]);
    assert_eq!(world.state("o"), SagaState::Stuck);
    // What is held waits for a person, and what never began has its tombstone.
    let (parked, undone) = (LedgerStatus::Parked, LedgerStatus::Undone);
    assert_eq!(world.statuses("o"), [parked, parked, undone]);
    assert_eq!(world.provider.held("o"), ["book", "tell"]);
    assert_eq!(world.sweep(), Swept::default());
}

#[test]
fn the_third_unwind_may_still_end_well() {
    let world = stopped_again_and_again(2);
    assert_eq!(world.sweep().started, [unwind("o", 3)]);
    world.wait_for_end(&unwind("o", 3));
    assert_eq!((world.state("o"), world.worker.settled()), (SagaState::Compensated, vec![]));
}

#[test]
fn a_saga_that_cannot_be_settled_yet_is_an_alarm_and_is_tried_again() {
    let world = stopped_again_and_again(2);
    // The third one's worker has a lease, and does not come back.
    world.provider.script("tell", Op::Compensate, [Act::Hang]);
    assert_eq!(world.sweep().started, [unwind("o", 3)]);
    world.settle();
    world.stop(&unwind("o", 3));
    let alarms = world.sweep().alarms;
    assert_eq!(alarms.len(), 1);
    assert!(alarms[0].1.contains("Saga.Busy"), "{alarms:?}");
    assert_eq!(world.state("o"), SagaState::Unwinding);
    world.pass(120);
    assert_eq!(world.sweep(), Swept::default());
    assert_eq!(world.state("o"), SagaState::Stuck);
}

#[test]
fn a_swept_execution_that_is_started_again_starts_nothing() {
    let world = stopped_again_and_again(0);
    world.sweep();
    world.wait_for_end(&unwind("o", 1));
    let input = json!({ "saga_id": "o", "input_sha256": world.saga("o").input_sha256 }).to_string();
    assert_eq!(world.run(world.wire.start(&forward("o"), &input)), Ok(Started::EndedBefore));
}

/// Runs the forward execution from its beginning, as a redrive does at most.
fn redrive(world: &mut World) {
    let input = json!({ "saga_id": "o", "input_sha256": world.saga("o").input_sha256 }).to_string();
    world.amnesia();
    assert_eq!(world.run(world.wire.start(&forward("o"), &input)), Ok(Started::Running));
}

#[test]
fn a_swept_execution_that_is_redriven_does_nothing_and_ends_with_the_verdict() {
    let mut world = stopped_again_and_again(0);
    world.sweep();
    world.wait_for_end(&unwind("o", 1));
    let before = (world.saga("o"), world.rows("o"), world.provider.effects("o"));
    for _ in 0..2 {
        redrive(&mut world);
        let ended = world.wait_for_end(&forward("o"));
        assert_eq!(ended.error.as_deref(), Some("Saga.Compensated"));
        assert_eq!((world.saga("o"), world.rows("o"), world.provider.effects("o")), before);
    }
}

#[test]
fn a_swept_execution_that_is_redriven_before_the_unwind_has_begun_undoes_nothing_itself() {
    let mut world = stopped_again_and_again(1);
    redrive(&mut world);
    world.settle();
    assert_eq!(world.provider.held("o"), ["book", "tell"], "another execution unwinds this saga");
    // The unwind that the row names is unknown to these Step Functions: it is started again.
    assert_eq!(world.sweep().started, [unwind("o", 1)]);
    world.wait_for_end(&unwind("o", 1));
    let redriven = world.wait_for_end(&forward("o"));
    assert_eq!(redriven.error.as_deref(), Some("Saga.Compensated"));
    assert_eq!((world.state("o"), world.saga("o").unwinds), (SagaState::Compensated, 1));
    assert!(world.provider.held("o").is_empty());
}

#[test]
fn a_committed_saga_whose_execution_is_redriven_stays_committed() {
    let mut world = World::new();
    world.begin("o");
    world.wait_for_end(&forward("o"));
    let before = (world.saga("o"), world.rows("o"));
    redrive(&mut world);
    let ended = world.wait_for_end(&forward("o"));
    assert_eq!(ended.error, None);
    assert_eq!((world.saga("o"), world.rows("o")), before);
}
