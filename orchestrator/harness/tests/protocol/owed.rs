//! What a committed saga still owes: best-effort steps that have not been done.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerStatus, SagaState};

use crate::provider::Act;
use crate::world::{World, assert_done, assert_error};

/// A saga in which `tell` was not delivered, and which then committed.
fn committed_after(error: StepError) -> World {
    let world = World::new();
    let kind = error.kind();
    world.done(["reserve", "take"]);
    world.script("tell", Op::Execute, [Act::Fail(error)]);
    assert_error(world.execute("tell"), kind);
    world.done(["sync"]);
    world
}

fn owed(world: &World) -> Vec<String> {
    let rows = world.read(|tx| tx.owed_rows(None, 10));
    rows.into_iter().map(|row| row.step).collect()
}

#[test]
fn a_best_effort_step_is_delivered_once_the_saga_is_committed_and_under_the_same_key() {
    let world = committed_after(StepError::Unknown("the reply was lost".into()));
    assert_eq!(owed(&world), ["tell"]);
    assert_done(&world.deliver("tell"));
    assert_done(&world.deliver("tell"));
    let seen = world.provider.seen("tell", Op::Execute);
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[0].key, seen[0].first_started), (seen[1].key, seen[1].first_started));
    assert_eq!(owed(&world), [""; 0]);
}

#[test]
fn nothing_is_delivered_before_the_commit() {
    let world = World::new();
    world.done(["reserve", "take"]);
    assert_error(world.deliver("tell"), Kind::Cancelled);
    assert_eq!(owed(&world), [""; 0]);
    world.cancel();
    assert_error(world.deliver("tell"), Kind::Cancelled);
    assert_eq!(world.provider.effects("tell", Op::Execute), 0);
}

#[test]
fn a_step_that_left_no_trace_at_all_is_owed_too() {
    let world = World::new();
    world.done(["reserve", "take", "sync"]);
    assert_eq!(owed(&world), ["tell"]);
    assert_done(&world.deliver("tell"));
    assert_eq!(world.provider.effects("tell", Op::Execute), 1);
}

#[test]
fn a_step_whose_input_could_not_be_built_at_the_commit_is_delivered_once_it_can() {
    let world = World::new();
    world.done(["reserve", "take"]);
    *world.controls.input.lock().unwrap() = Some(|| Err(StepError::Bug("no goods".into())));
    world.done(["sync"]);
    assert_eq!(owed(&world), ["tell"]);
    assert_error(world.deliver("tell"), Kind::Bug);
    *world.controls.input.lock().unwrap() = None;
    assert_done(&world.deliver("tell"));
}

#[test]
fn a_mistake_in_the_input_of_a_best_effort_step_does_not_keep_the_saga_from_committing() {
    let world = World::new();
    world.done(["reserve", "take"]);
    *world.controls.input.lock().unwrap() = Some(|| panic!("scripted"));
    world.done(["sync"]);
    assert_eq!(owed(&world), ["tell"]);
}

#[test]
fn a_step_that_was_refused_or_done_is_not_owed() {
    let world = committed_after(StepError::Rejected("no such mailbox".into()));
    assert_eq!(owed(&world), [""; 0]);
    assert_error(world.deliver("tell"), Kind::Rejected);
    assert_eq!(world.status("tell"), LedgerStatus::Refused);
}

#[test]
fn a_required_step_is_never_delivered() {
    let world = World::new();
    assert_error(world.deliver("take"), Kind::Cancelled);
    world.done(["reserve", "take", "tell", "sync"]);
    assert_done(&world.deliver("take"));
    assert_eq!(world.provider.effects("take", Op::Execute), 1);
}

#[test]
fn two_relays_at_once_deliver_once() {
    let world = committed_after(StepError::Transient("down".into()));
    let gate = crate::provider::Gate::default();
    world.script("tell", Op::Execute, [Act::Hold(gate.clone()), Act::Effect]);
    let harness = world.harness.clone();
    let id = world.id.clone();
    let mut first = Box::pin(async move { harness.deliver(&id, "tell").await });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert_error(world.deliver("tell"), Kind::Busy);
    gate.open();
    assert!(first.as_mut().poll(&mut context).is_ready());
    assert_eq!(world.provider.effects("tell", Op::Execute), 1);
}

#[test]
fn a_delivery_that_is_refused_after_a_lost_reply_is_parked_and_owed_no_more() {
    let world = committed_after(StepError::Unknown("the reply was lost".into()));
    world.script("tell", Op::Execute, [Act::Fail(StepError::Rejected("no such mailbox".into()))]);
    assert_error(world.deliver("tell"), Kind::Rejected);
    assert_eq!(
        world.status("tell"),
        LedgerStatus::Parked,
        "a notice may have gone out: that is for a person"
    );
    assert_eq!(owed(&world), [""; 0]);
    assert_eq!(world.state(), SagaState::Committed);
}

#[test]
fn a_best_effort_step_may_follow_the_commit_point() {
    let world = World::new();
    world.done(["reserve", "take", "sync"]);
    assert_done(&world.execute("tell"));
    assert_eq!(owed(&world), [""; 0]);
}
