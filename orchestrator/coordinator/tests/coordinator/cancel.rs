//! A cancel: before the start, while the saga runs, after its verdict, and when nobody is there to hear it.

use amends_coordinator::{Cancel, Decision, Swept, cancel};
use amends_saga::{Op, StepError};
use amends_store::SagaState;
use amends_types::Clock;

use crate::provider::Act;
use crate::worker::Lost;
use crate::world::{World, forward, saga_id, unwind};

fn ask(world: &World, id: &str, reason: &str) -> Cancel {
    world.run(cancel(world.store(), &saga_id(id), Decision::new("ada", reason))).unwrap()
}

#[track_caller]
fn assert_cancelled(world: &World, id: &str) {
    let saga = world.saga(id);
    assert_eq!((saga.state, saga.reason.as_deref()), (SagaState::Compensated, Some("changed their mind")));
    assert_eq!(world.provider.held(id), [""; 0]);
    assert_eq!(world.sweep(), Swept::default());
}

#[test]
fn a_saga_cancelled_before_its_start_does_nothing_and_ends_compensated() {
    let world = World::new();
    world.place("o");
    assert_eq!(ask(&world, "o", "changed their mind"), Cancel::Requested);
    assert_eq!(world.outbox(), [forward("o")], "its own execution unwinds it");
    world.relay();
    let ended = world.wait_for_end(&forward("o"));
    assert_eq!(ended.error.as_deref(), Some("Saga.Compensated"));
    assert_eq!(world.provider.effects("o"), []);
    assert_cancelled(&world, "o");
}

#[test]
fn a_saga_cancelled_while_it_runs_is_unwound_by_its_own_execution() {
    // The reply of each step in turn is lost, so that its execution waits to ask again when the cancel comes.
    for (step, executed) in [("book", 1), ("tell", 2)] {
        let world = World::new();
        world.worker.lose(step, Op::Execute, [Lost::Reply]);
        world.begin("o");
        assert_eq!(ask(&world, "o", "changed their mind"), Cancel::Requested);
        assert_eq!(world.saga("o").unwinder, None, "whoever cancels does not unwind");
        world.wait_for_end(&forward("o"));
        let effects = world.provider.effects("o");
        assert_eq!(effects.iter().filter(|(_, op)| *op == Op::Execute).count(), executed, "{step}");
        assert_eq!(effects.len(), 2 * executed, "{step}");
        assert_eq!(world.saga("o").unwinder, Some(forward("o").run));
        assert_cancelled(&world, "o");
    }
}

#[test]
fn a_committed_saga_is_cancelled_too_late_and_nothing_changes() {
    let world = World::new();
    world.begin("o");
    world.wait_for_end(&forward("o"));
    let before = (world.saga("o"), world.rows("o"));
    assert_eq!(ask(&world, "o", "changed their mind"), Cancel::TooLate(SagaState::Committed));
    assert_eq!((world.saga("o"), world.rows("o")), before);
    assert_eq!(world.sweep(), Swept::default());
    assert_eq!(world.provider.held("o"), ["book", "tell", "pay"]);
}

#[test]
fn a_cancel_between_the_commit_and_its_reply_is_too_late() {
    let world = World::new();
    world.worker.lose("pay", Op::Execute, [Lost::Reply]);
    world.begin("o");
    assert_eq!(ask(&world, "o", "changed their mind"), Cancel::TooLate(SagaState::Committed));
    assert_eq!(world.wait_for_end(&forward("o")).error, None);
}

#[test]
fn a_saga_with_another_verdict_is_cancelled_too_late_as_well() {
    let world = World::new();
    world.provider.script("pay", Op::Execute, [Act::Fail(StepError::Rejected("declined".into()))]);
    world.begin("o");
    world.wait_for_end(&forward("o"));
    let before = world.saga("o");
    assert_eq!(ask(&world, "o", "changed their mind"), Cancel::TooLate(SagaState::Compensated));
    assert_eq!(world.saga("o"), before);

    let world = World::new();
    world.provider.script("pay", Op::Execute, [Act::Fail(StepError::Rejected("declined".into()))]);
    world.provider.script("book", Op::Compensate, [Act::Fail(StepError::Rejected("no refunds".into()))]);
    world.begin("o");
    world.wait_for_end(&forward("o"));
    assert_eq!(ask(&world, "o", "changed their mind"), Cancel::TooLate(SagaState::Stuck));
}

#[test]
fn a_repeated_cancel_changes_nothing() {
    let world = World::new();
    world.worker.lose("book", Op::Execute, [Lost::Request]);
    world.begin("o");
    assert_eq!(ask(&world, "o", "changed their mind"), Cancel::Requested);
    let before = world.saga("o");
    world.pass(1);
    for _ in 0..2 {
        assert_eq!(ask(&world, "o", "once more"), Cancel::UnderWay);
    }
    assert_eq!(world.saga("o"), before);
    world.wait_for_end(&forward("o"));
    assert_cancelled(&world, "o");
}

#[test]
fn a_cancel_of_a_saga_that_unwinds_by_itself_keeps_its_own_reason() {
    let world = World::new();
    world.provider.script("pay", Op::Execute, [Act::Fail(StepError::Rejected("declined".into()))]);
    world.worker.lose("tell", Op::Compensate, [Lost::Request]);
    world.begin("o");
    assert_eq!(ask(&world, "o", "changed their mind"), Cancel::UnderWay);
    world.wait_for_end(&forward("o"));
    let saga = world.saga("o");
    assert_eq!(
        (saga.state, saga.reason.as_deref()),
        (SagaState::Compensated, Some("pay: rejected: declined"))
    );
}

#[test]
fn an_unknown_saga_cannot_be_cancelled_and_may_still_be_placed() {
    let world = World::new();
    assert_eq!(ask(&world, "o", "changed their mind"), Cancel::NoSuchSaga);
    world.begin("o");
    world.wait_for_end(&forward("o"));
    assert_eq!(world.state("o"), SagaState::Committed);
}

#[test]
fn a_cancelled_saga_whose_execution_was_stopped_is_unwound_by_the_sweeper() {
    for stopped_first in [false, true] {
        let world = World::new();
        world.worker.lose("tell", Op::Execute, [Lost::Reply]);
        world.begin("o");
        if stopped_first {
            world.stop(&forward("o"));
        }
        assert_eq!(ask(&world, "o", "changed their mind"), Cancel::Requested);
        if !stopped_first {
            assert_eq!(world.sweep().running, [forward("o")], "it runs, within its time");
            world.stop(&forward("o"));
        }
        assert!(world.simulation.clock().now() < world.saga("o").deadline, "nobody waits for the deadline");
        assert_eq!(world.sweep().started, [unwind("o", 1)]);
        world.wait_for_end(&unwind("o", 1));
        assert_cancelled(&world, "o");
    }
}

#[test]
fn a_cancelled_saga_whose_execution_was_lost_is_unwound_all_the_same() {
    let mut world = World::new();
    world.worker.lose("tell", Op::Execute, [Lost::Reply]);
    world.begin("o");
    assert_eq!(ask(&world, "o", "changed their mind"), Cancel::Requested);
    world.amnesia();
    assert_eq!(world.sweep().started, [forward("o")]);
    world.wait_for_end(&forward("o"));
    assert_cancelled(&world, "o");
}

#[test]
fn a_cancelled_saga_whose_execution_hangs_is_stopped_and_unwound_after_its_deadline() {
    let world = World::with_time_limit(10);
    world.worker.lose("tell", Op::Execute, [Lost::Reply]);
    world.begin("o");
    let deadline = world.saga("o").deadline;
    assert_eq!(ask(&world, "o", "changed their mind"), Cancel::Requested);
    assert_eq!(world.saga("o").deadline, deadline);
    world.pass(11);
    assert_eq!(world.sweep().started, [unwind("o", 1)]);
    world.wait_for_end(&unwind("o", 1));
    assert_cancelled(&world, "o");
}

#[test]
fn a_reason_that_is_too_long_is_cut_between_characters() {
    let world = World::new();
    world.place("o");
    let reason = format!("x{}", "é".repeat(4000));
    assert_eq!(ask(&world, "o", &reason), Cancel::Requested);
    let kept = world.saga("o").reason.unwrap();
    assert_eq!(kept.len(), 1023);
    assert!(reason.starts_with(&kept));
}
