//! The deadline of an attempt: what it may still begin, and what becomes of it afterwards.
//!
//! The demo saga's leases last 30 s, of which 25 s are for calls of at most 10 s.

use amends_saga::{Op, TaskErrorKind as Kind};
use amends_store::LedgerStatus;

use crate::provider::{Act, Gate};
use crate::world::{World, assert_done, assert_error};

#[test]
fn a_step_past_its_deadline_is_unknown_and_nothing_of_it_goes_on() {
    let (world, gate) = (World::new(), Gate::default());
    world.script("take", Op::Execute, [Act::Hold(gate.clone()), Act::Effect]);
    let mut attempt = world.suspend(Op::Execute, "take");
    world.clock.advance(24);
    assert!(attempt.go_on().is_pending());
    world.clock.advance(1);
    assert_error(attempt.finish(), Kind::Unknown);
    gate.open();
    assert_eq!(world.provider.books(), []);
    let row = world.row("take");
    assert_eq!((row.status, row.in_doubt, row.lease), (LedgerStatus::Started, true, None));
}

#[test]
fn an_undo_past_its_deadline_is_unknown_and_stays_open() {
    let world = World::new();
    world.done(["take"]);
    world.script("take", Op::Compensate, [Act::Hold(Gate::default())]);
    let attempt = world.suspend(Op::Compensate, "take");
    world.clock.advance(25);
    assert_error(attempt.finish(), Kind::Unknown);
    assert_eq!(world.status("take"), LedgerStatus::Undoing);
}

fn call_after(seconds: u64) -> (World, Result<serde_json::Value, amends_saga::TaskError>) {
    let (world, gate) = (World::new(), Gate::default());
    world.script("take", Op::Execute, [Act::Hold(gate.clone()), Act::Limit, Act::Effect]);
    let attempt = world.suspend(Op::Execute, "take");
    world.clock.advance(seconds);
    gate.open();
    let answer = attempt.finish();
    (world, answer)
}

#[test]
fn a_call_whose_limit_ends_with_the_deadline_may_begin() {
    assert_done(&call_after(15).1);
}

#[test]
fn no_call_begins_whose_limit_passes_the_deadline() {
    let (world, answer) = call_after(16);
    assert_error(answer, Kind::Transient);
    assert_eq!(world.provider.books(), []);
    assert!(!world.row("take").in_doubt);
}

#[test]
fn the_deadline_counts_from_before_the_lease_was_asked_for() {
    let world = World::new();
    let clock = world.clock.clone();
    let mut once = Some(16);
    world.store.before_each_write(move || {
        clock.advance(once.take().unwrap_or(0));
        Ok(())
    });
    world.script("take", Op::Execute, [Act::Limit, Act::Effect]);
    assert_error(world.execute("take"), Kind::Transient);
    assert_eq!(world.provider.books(), []);
}
