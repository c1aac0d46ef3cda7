//! The tombstone: a step that was undone before it began can never begin.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerStatus, SagaState, Undo};

use crate::provider::Act;
use crate::world::{World, assert_error, assert_undone};

#[test]
fn compensating_a_step_that_never_began_asks_nobody_and_leaves_the_tombstone() {
    let world = World::new();
    assert_undone(&world.compensate("take"));
    let row = world.row("take");
    assert_eq!((row.status, row.undo), (LedgerStatus::Undone, Some(Undo::NeverStarted)));
    assert_eq!(world.provider.seen("take", Op::Compensate), []);
}

#[test]
fn compensating_a_step_that_was_refused_asks_nobody_and_leaves_the_tombstone() {
    let world = World::new();
    let no = StepError::Rejected("declined".into());
    world.script("take", Op::Execute, [Act::Fail(no)]);
    assert_error(world.execute("take"), Kind::Rejected);
    assert_undone(&world.compensate("take"));
    let row = world.row("take");
    assert_eq!((row.status, row.undo), (LedgerStatus::Undone, Some(Undo::WasRefused)));
    assert_eq!(world.provider.seen("take", Op::Compensate), []);
}

#[test]
fn an_execute_that_arrives_after_the_undo_is_cancelled() {
    let world = World::new();
    assert_undone(&world.compensate("take"));
    assert_error(world.execute("take"), Kind::Cancelled);
    assert_eq!(world.provider.books(), []);
}

#[test]
fn the_tombstone_forbids_an_execute_whatever_the_saga_row_says() {
    for status in [LedgerStatus::Undoing, LedgerStatus::Undone, LedgerStatus::Parked] {
        let world = World::new();
        assert_undone(&world.compensate("take"));
        let mut row = world.row("take");
        row.status = status;
        world.change(move |tx| tx.put_ledger_row(&row));
        world.change_saga(|saga, _| saga.state = SagaState::Forward);
        assert_error(world.execute("take"), Kind::Cancelled);
        assert_eq!(world.status("take"), status);
        assert_eq!(world.provider.books(), []);
    }
}

#[test]
fn an_undone_step_stays_undone_under_late_attempts_of_every_kind() {
    let world = World::new();
    world.done(["take"]);
    assert_undone(&world.compensate("take"));
    let tombstone = world.row("take");
    assert_error(world.execute("take"), Kind::Cancelled);
    assert_undone(&world.compensate("take"));
    world.settle().unwrap();
    assert_error(world.execute("take"), Kind::Cancelled);
    assert_eq!(world.row("take"), tombstone);
}
