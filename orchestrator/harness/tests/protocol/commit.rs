//! The commit point: the last required step's `done`, and what it takes to commit with it.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerStatus, SagaState};

use crate::provider::{Act, Gate};
use crate::world::{World, assert_done, assert_error, assert_undone};

fn committed() -> World {
    let world = World::new();
    world.done(["reserve", "take", "tell", "sync"]);
    world
}

#[test]
fn the_last_required_step_commits_the_saga() {
    let world = World::new();
    world.done(["reserve", "take", "tell"]);
    assert_eq!(world.state(), SagaState::Forward);
    world.done(["sync"]);
    assert_eq!(world.state(), SagaState::Committed);
    assert!(world.saga().ended.is_some());
}

#[test]
fn a_repeat_of_the_commit_point_hears_done() {
    let world = committed();
    assert_done(&world.execute("sync"));
    assert_eq!(world.provider.effects("sync", Op::Execute), 1);
}

#[test]
fn a_saga_does_not_commit_while_a_required_step_is_not_done() {
    for missing in ["reserve", "take"] {
        let world = World::new();
        for step in ["reserve", "take"].into_iter().filter(|step| *step != missing) {
            world.done([step]);
        }
        assert_error(world.execute("sync"), Kind::Cancelled);
        assert_eq!(world.state(), SagaState::Forward, "{missing}");
        assert_eq!(world.status("sync"), LedgerStatus::Done, "{missing}");
        assert_error(world.execute("sync"), Kind::Cancelled);
        assert_undone(&world.compensate("sync"));
        assert_eq!(world.provider.effects("sync", Op::Compensate), 1);
    }
}

#[test]
fn a_saga_does_not_commit_with_a_required_step_in_doubt() {
    let world = World::new();
    world.done(["reserve"]);
    let lost = StepError::Unknown("the reply was lost".into());
    world.script("take", Op::Execute, [Act::Effect, Act::Fail(lost)]);
    assert_error(world.execute("take"), Kind::Unknown);
    assert_error(world.execute("sync"), Kind::Cancelled);
    assert_eq!(world.state(), SagaState::Forward);
}

#[test]
fn a_step_that_is_done_after_the_saga_stopped_going_forward_is_recorded_and_undone() {
    let (world, gate) = (World::new(), Gate::default());
    world.done(["reserve", "take", "tell"]);
    world.script("sync", Op::Execute, [Act::Hold(gate.clone()), Act::Effect]);
    let sync = world.suspend(Op::Execute, "sync");
    world.cancel();
    gate.open();
    assert_error(sync.finish(), Kind::Cancelled);
    assert_eq!(world.status("sync"), LedgerStatus::Done);
    assert_error(world.execute("sync"), Kind::Cancelled);
    assert_undone(&world.compensate("sync"));
    assert_eq!(world.provider.effects("sync", Op::Compensate), 1);
    assert_eq!(world.state(), SagaState::Unwinding);
}

#[test]
fn a_best_effort_step_that_failed_does_not_keep_the_saga_from_committing() {
    let world = World::new();
    world.done(["reserve", "take"]);
    let no = StepError::Rejected("no such mailbox".into());
    world.script("tell", Op::Execute, [Act::Fail(no)]);
    assert_error(world.execute("tell"), Kind::Rejected);
    world.done(["sync"]);
    assert_eq!(world.state(), SagaState::Committed);
}

#[test]
fn a_compensation_of_a_committed_saga_changes_nothing() {
    let world = committed();
    let (saga, rows, books) = (world.saga(), world.rows(), world.provider.books());
    for step in ["sync", "tell", "take", "reserve"] {
        assert_error(world.compensate(step), Kind::Committed);
    }
    assert_error(world.settle(), Kind::Committed);
    assert_eq!((world.saga(), world.rows()), (saga, rows));
    assert_eq!(world.provider.books(), books);
}

#[test]
fn a_result_of_the_commit_point_that_could_not_be_recorded_commits_nothing() {
    let (world, gate) = (World::new(), Gate::default());
    world.done(["reserve", "take", "tell"]);
    world.script("sync", Op::Execute, [Act::Effect, Act::Hold(gate.clone())]);
    let sync = world.suspend(Op::Execute, "sync");
    world.store.fail();
    gate.open();
    assert_error(sync.finish(), Kind::Unknown);
    world.store.recover();
    assert_eq!(world.state(), SagaState::Forward);
    assert_eq!(world.status("sync"), LedgerStatus::Started);
}
