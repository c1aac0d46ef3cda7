//! A saga that was open in the backup from which the store was recovered: what the ledger lacks proves nothing.

use amends_saga::{Compensated, Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerStatus, Restored, SagaState, Undo};

use crate::provider::Act;
use crate::world::{World, assert_done, assert_error, assert_undone};

fn recovered() -> World {
    let world = World::new();
    world.change_saga(|saga, _| saga.restored = Some(Restored::Recovered));
    world
}

/// These steps did nothing, and their provider can prove it.
fn nothing_happened<const N: usize>(world: &World, steps: [&'static str; N]) {
    for step in steps {
        world.script(step, Op::Compensate, [Act::Say(Compensated::NothingHappened)]);
    }
}

#[test]
fn an_execute_that_left_no_trace_may_have_happened() {
    let world = recovered();
    world.clock.advance(100);
    world.done(["reserve", "take"]);
    let seen = world.provider.all_seen();
    assert!(seen[0].effect_possible);
    // The key may be as old as the saga.
    assert_eq!(seen[0].first_started, world.saga().created);
    assert!(world.row("take").in_doubt);
    assert!(!world.row("reserve").in_doubt, "it was recovered together with the ledger");
}

#[test]
fn a_no_to_an_execute_that_left_no_trace_does_not_prove_that_nothing_happened() {
    let world = recovered();
    world.done(["reserve"]);
    world.script("take", Op::Execute, [Act::Fail(StepError::Rejected("no".into()))]);
    assert_error(world.execute("take"), Kind::Rejected);
    assert_eq!(world.status("take"), LedgerStatus::Started);
    nothing_happened(&world, ["sync", "tell", "take"]);
    assert_undone(&world.compensate("take"));
    assert_eq!(world.provider.seen("take", Op::Compensate).len(), 1, "the provider is asked");
}

#[test]
fn nothing_found_of_what_left_no_trace_is_believed_a_settle_time_later() {
    let world = recovered();
    world.done(["reserve"]);
    let nothing = || world.script("take", Op::Compensate, [Act::Say(Compensated::NothingFound)]);
    // The later steps, which must be undone first, are not found either.
    nothing_happened(&world, ["sync", "tell"]);
    nothing();
    assert_error(world.compensate("take"), Kind::Transient);
    world.clock.advance(14);
    nothing();
    assert_error(world.compensate("take"), Kind::Transient);
    world.clock.advance(2);
    nothing();
    assert_undone(&world.compensate("take"));
    assert_eq!(world.row("take").undo, Some(Undo::NothingFound));
}

#[test]
fn later_steps_are_undone_before_the_one_that_is_asked_for() {
    let world = recovered();
    world.done(["reserve", "take"]);
    nothing_happened(&world, ["sync", "tell"]);
    assert_undone(&world.compensate("take"));
    let undone = world.provider.all_seen();
    let undone = undone.iter().filter(|seen| seen.op == Op::Compensate).map(|seen| seen.step);
    assert_eq!(undone.collect::<Vec<_>>(), ["sync", "tell", "take"]);
}

#[test]
fn a_later_step_that_cannot_be_undone_now_holds_the_earlier_one_and_one_that_never_can_does_not() {
    let world = recovered();
    world.done(["reserve", "take"]);
    world.script("sync", Op::Compensate, [Act::Fail(StepError::Transient("down".into()))]);
    assert_error(world.compensate("take"), Kind::Transient);
    assert_eq!((world.status("sync"), world.status("take")), (LedgerStatus::Undoing, LedgerStatus::Done));
    world.script("sync", Op::Compensate, [Act::Fail(StepError::Rejected("closed".into()))]);
    nothing_happened(&world, ["tell"]);
    assert_undone(&world.compensate("take"));
    assert_eq!((world.status("sync"), world.status("take")), (LedgerStatus::Parked, LedgerStatus::Undone));
}

#[test]
fn what_is_done_is_asked_about_before_the_next_step_and_a_step_that_cannot_be_asked_about_ends_the_saga() {
    let world = World::new();
    world.done(["reserve", "take"]);
    world.change_saga(|saga, _| saga.restored = Some(Restored::Recovered));
    // The demo's `take` does not say how to ask.
    let cause = assert_error(world.execute("sync"), Kind::Rejected);
    assert!(cause.contains("take cannot be asked about"), "{cause}");
    assert!(world.provider.all_seen().iter().all(|seen| seen.step != "sync"), "it was not executed");
    assert_eq!(world.row("sync").reason.as_deref().map(|reason| reason.contains("take")), Some(true));
    nothing_happened(&world, ["sync", "tell"]);
    assert_undone(&world.compensate("sync"));
    assert_undone(&world.compensate("take"));
    assert_undone(&world.compensate("reserve"));
    world.clock.advance(1_000);
    world.settle().unwrap();
    assert_eq!(world.state(), SagaState::Compensated);
}

#[test]
fn what_is_recorded_is_answered_without_asking() {
    let world = World::new();
    world.done(["reserve", "take"]);
    world.change_saga(|saga, _| saga.restored = Some(Restored::Recovered));
    assert_done(&world.execute("take"));
    assert_eq!(world.provider.all_seen().len(), 1);
}

#[test]
fn a_step_without_a_trace_and_without_an_input_is_parked() {
    let world = recovered();
    world.done(["reserve"]);
    *world.controls.input.lock().unwrap() = Some(|| Err(StepError::Bug("no such output".into())));
    nothing_happened(&world, ["sync"]);
    assert_undone(&world.compensate("reserve"));
    let row = world.row("take");
    assert_eq!((row.status, row.in_doubt), (LedgerStatus::Parked, true));
    assert!(row.undo_reason.unwrap().contains("what for is not known"));
    world.clock.advance(1_000);
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
}

#[test]
fn a_settle_parks_what_left_no_trace_once_nothing_is_on_its_way_any_more() {
    let world = recovered();
    world.done(["reserve"]);
    world.cancel();
    assert_error(world.settle(), Kind::Busy);
    world.clock.advance(1_000);
    assert_eq!(world.settle().unwrap()["error"], "Saga.Stuck");
    assert_eq!((world.status("take"), world.status("tell")), (LedgerStatus::Parked, LedgerStatus::Parked));
}
