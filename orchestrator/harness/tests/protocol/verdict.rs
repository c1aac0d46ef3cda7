//! The verdict: written once, told to whoever asks, and short.

use amends_saga::{Op, StepError, TaskError, TaskErrorKind as Kind};
use amends_store::SagaState;
use serde_json::{Value, json};

use crate::provider::Act;
use crate::world::{World, assert_error, assert_undone};

fn cause_of(verdict: &Value) -> Value {
    serde_json::from_str(verdict["cause"].as_str().unwrap()).unwrap()
}

#[test]
fn settling_again_answers_the_same_and_changes_nothing() {
    let world = World::new();
    world.done(["reserve"]);
    assert_undone(&world.compensate("reserve"));
    let verdict = world.settle().unwrap();
    let (saga, rows) = (world.saga(), world.rows());
    world.clock.advance(1000);
    assert_eq!(world.settle().unwrap(), verdict);
    assert_eq!((world.saga(), world.rows()), (saga, rows));
}

#[test]
fn the_verdict_and_the_rows_are_written_together_or_not_at_all() {
    let world = World::new();
    world.done(["reserve"]);
    let rows = world.rows();
    world.store.fail();
    assert_error(world.settle(), Kind::Transient);
    world.store.recover();
    assert_eq!((world.rows(), world.state()), (rows, SagaState::Forward));
}

#[test]
fn the_cause_tells_a_person_what_failed_and_what_became_of_each_step() {
    let world = World::new();
    world.done(["reserve"]);
    let no = StepError::Rejected("declined".into());
    world.script("take", Op::Execute, [Act::Fail(no)]);
    assert_error(world.execute("take"), Kind::Rejected);
    assert_undone(&world.compensate("take"));
    assert_undone(&world.compensate("reserve"));
    let expected = json!({
        "saga": "order-1",
        "reason": "take: rejected: declined",
        "undone": ["reserve", "take", "tell", "sync"],
        "parked": [],
    });
    assert_eq!(cause_of(&world.settle().unwrap()), expected);
}

#[test]
fn the_cause_is_within_its_limit_and_still_json_whatever_the_reason() {
    for text in ["\"", "\\", "\u{1}", "é", "x"] {
        let world = World::new();
        world.change_saga(move |saga, now| {
            saga.begin_unwinding(Some(text.repeat(5_000)), now);
        });
        let verdict = world.settle().unwrap();
        assert!(verdict["cause"].as_str().unwrap().len() <= TaskError::MAX_CAUSE_BYTES, "{text:?}");
        let cause = cause_of(&verdict);
        assert!(cause["reason"].as_str().unwrap().len() > 100, "{text:?}");
        assert_eq!(cause["saga"], "order-1");
    }
}
