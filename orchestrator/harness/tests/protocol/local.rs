//! Local steps: effect and ledger row are one transaction.

use amends_harness::LocalError;
use amends_saga::{StepError, TaskErrorKind as Kind};
use amends_store::{LedgerStatus, SagaState, StoreError};

use crate::demo_saga::LocalFailure;
use crate::world::{World, assert_done, assert_error, assert_undone};

fn fails(world: &World, error: impl Into<LocalError>) {
    *world.controls.reserve.lock().unwrap() = Some(LocalFailure::Error(error.into()));
}

#[test]
fn a_local_step_has_its_effect_once() {
    let world = World::new();
    world.done(["reserve", "reserve"]);
    assert_eq!((world.free_stock(), world.status("reserve")), (0, LedgerStatus::Done));
    assert_undone(&world.compensate("reserve"));
    assert_undone(&world.compensate("reserve"));
    assert_eq!((world.free_stock(), world.status("reserve")), (1, LedgerStatus::Undone));
}

#[test]
fn a_store_that_fails_after_the_effect_leaves_nothing_of_either() {
    let world = World::new();
    fails(&world, StoreError::Unavailable("the disk is gone".into()));
    assert_error(world.execute("reserve"), Kind::Transient);
    assert_eq!((world.free_stock(), world.find_row("reserve")), (1, None));
    world.done(["reserve"]);
}

#[test]
fn a_rejection_after_the_effect_rolls_it_back_and_is_refused() {
    let world = World::new();
    fails(&world, StepError::Rejected("out of stock".into()));
    assert_error(world.execute("reserve"), Kind::Rejected);
    let row = world.row("reserve");
    assert_eq!((world.free_stock(), row.status), (1, LedgerStatus::Refused));
    assert_eq!(row.reason.as_deref(), Some("rejected: out of stock"));
    assert_undone(&world.compensate("reserve"));
    assert_eq!(world.free_stock(), 1);
}

#[test]
fn every_other_failure_rolls_back_and_leaves_no_doubt() {
    let errors =
        [StepError::Transient("later".into()), StepError::Unknown("hm".into()), StepError::Bug("oh".into())];
    for error in errors {
        let (world, kind) = (World::new(), error.kind());
        fails(&world, error);
        assert_error(world.execute("reserve"), kind);
        let row = world.row("reserve");
        assert_eq!((row.status, row.in_doubt, row.lease), (LedgerStatus::Started, false, None));
        assert!(row.reason.is_some());
        assert_eq!(world.free_stock(), 1);
        world.done(["reserve"]);
    }
}

#[test]
fn a_panic_in_a_local_step_is_a_bug_and_leaves_nothing_of_its_effect() {
    let world = World::new();
    *world.controls.reserve.lock().unwrap() = Some(LocalFailure::Panic);
    assert_error(world.execute("reserve"), Kind::Bug);
    assert_eq!((world.free_stock(), world.status("reserve")), (1, LedgerStatus::Started));
    world.done(["reserve"]);
    *world.controls.release.lock().unwrap() = Some(LocalFailure::Panic);
    assert_error(world.compensate("reserve"), Kind::Bug);
    assert_eq!((world.free_stock(), world.status("reserve")), (0, LedgerStatus::Parked));
}

#[test]
fn an_undo_that_fails_leaves_the_effect_and_is_tried_again_or_parked() {
    let world = World::new();
    world.done(["reserve"]);
    let later = StepError::Transient("later".into());
    *world.controls.release.lock().unwrap() = Some(LocalFailure::Error(later.into()));
    assert_error(world.compensate("reserve"), Kind::Transient);
    assert_eq!((world.free_stock(), world.status("reserve")), (0, LedgerStatus::Undoing));
    assert_eq!(world.state(), SagaState::Unwinding);
    let no = StepError::Rejected("no".into());
    *world.controls.release.lock().unwrap() = Some(LocalFailure::Error(no.into()));
    assert_error(world.compensate("reserve"), Kind::Rejected);
    assert_eq!((world.free_stock(), world.status("reserve")), (0, LedgerStatus::Parked));
}

#[test]
fn nothing_found_in_our_own_database_is_believed_at_once() {
    let world = World::new();
    fails(&world, StepError::Transient("later".into()));
    assert_error(world.execute("reserve"), Kind::Transient);
    assert_undone(&world.compensate("reserve"));
    assert_eq!(world.free_stock(), 1);
}

#[test]
fn a_local_step_that_is_the_commit_point_commits_the_saga() {
    let world = World::with_saga("local_only");
    assert_done(&world.execute("reserve"));
    assert_eq!(world.state(), SagaState::Committed);
    assert_done(&world.execute("reserve"));
    assert_error(world.compensate("reserve"), Kind::Committed);
    assert_eq!(world.free_stock(), 0);
}

#[test]
fn a_local_step_does_not_begin_in_a_saga_that_unwinds() {
    let world = World::new();
    world.cancel();
    assert_error(world.execute("reserve"), Kind::Cancelled);
    assert_eq!((world.free_stock(), world.find_row("reserve")), (1, None));
}
