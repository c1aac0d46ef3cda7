//! Execute: when it may begin, what it records, and what its repeat hears.

use amends_saga::{Op, StepError, TaskErrorKind as Kind};
use amends_store::{LedgerStatus, SagaState};
use serde_json::json;

use crate::demo_saga::Goods;
use crate::provider::Act;
use crate::world::{World, assert_done, assert_error, assert_undone};

#[test]
fn a_step_that_succeeds_is_recorded_as_done_with_its_output() {
    let world = World::new();
    world.done(["take"]);
    let row = world.row("take");
    assert_eq!(row.status, LedgerStatus::Done);
    assert_eq!(row.input, json!({ "name": "goods" }));
    assert_eq!(row.output, Some(json!({ "number": 1 })));
    assert_eq!((row.attempts, row.in_doubt, row.lease), (1, false, None));
}

#[test]
fn a_repeat_answers_the_recorded_output_and_acts_once() {
    let world = World::new();
    world.done(["take", "take", "take"]);
    assert_eq!(world.provider.effects("take", Op::Execute), 1);
    assert_eq!(world.row("take").attempts, 1);
}

#[test]
fn a_recorded_output_is_answered_whatever_the_saga_row_says() {
    let world = World::new();
    world.done(["take"]);
    world.cancel();
    assert_done(&world.execute("take"));
    assert_eq!(world.provider.effects("take", Op::Execute), 1);
}

#[test]
fn no_step_begins_once_the_saga_has_stopped_going_forward() {
    for state in SagaState::ALL {
        let world = World::new();
        world.change_saga(move |saga, _| saga.state = state);
        let answer = world.execute("take");
        if state == SagaState::Forward {
            assert_done(&answer);
            continue;
        }
        assert_error(answer, Kind::Cancelled);
        assert_eq!(world.find_row("take"), None, "{state:?}");
        assert_eq!(world.provider.books(), [], "{state:?}");
    }
}

#[test]
fn a_step_of_a_saga_that_does_not_exist_is_cancelled() {
    let mut world = World::new();
    world.id = "order-2".parse().unwrap();
    assert_error(world.execute("take"), Kind::Cancelled);
    assert_eq!(world.provider.books(), []);
}

#[test]
fn a_step_that_this_worker_does_not_have_is_a_bug() {
    assert_error(World::new().execute("fly"), Kind::Bug);
}

#[test]
fn another_input_than_at_the_first_attempt_is_a_bug_without_effect() {
    let world = World::new();
    world.script("take", Op::Execute, [Act::Fail(lost())]);
    assert_error(world.execute("take"), Kind::Unknown);
    *world.controls.input.lock().unwrap() = Some(|| Ok(Goods { name: "other goods".into() }));
    assert_error(world.execute("take"), Kind::Bug);
    assert_eq!(world.provider.seen("take", Op::Execute).len(), 1);
    assert_eq!(world.row("take").input, json!({ "name": "goods" }));
}

#[test]
fn an_input_that_cannot_be_built_begins_nothing_and_leaves_the_reason() {
    let inputs: [fn() -> Result<Goods, StepError>; 2] =
        [|| Err(StepError::Bug("no goods".into())), || panic!("scripted")];
    for (input, reason) in inputs.into_iter().zip(["no goods", "panicked"]) {
        let world = World::new();
        *world.controls.input.lock().unwrap() = Some(input);
        assert!(assert_error(world.execute("take"), Kind::Bug).contains(reason));
        let row = world.row("take");
        assert_eq!((row.status, row.started, row.attempts), (LedgerStatus::Refused, None, 0));
        assert_undone(&world.compensate("take"));
        assert!(world.settle().unwrap()["cause"].as_str().unwrap().contains(reason));
        assert!(world.provider.seen("take", Op::Execute).is_empty());
    }
}

#[test]
fn a_store_that_fails_before_the_effect_lets_the_step_be_asked_again() {
    let world = World::new();
    world.store.fail();
    assert_error(world.execute("take"), Kind::Transient);
    world.store.recover();
    world.done(["take"]);
    assert_eq!(world.provider.effects("take", Op::Execute), 1);
}

fn lost() -> StepError {
    StepError::Unknown("the reply was lost".into())
}
