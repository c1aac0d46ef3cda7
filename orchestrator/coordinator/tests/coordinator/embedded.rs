//! Step Functions in the same process: what the trait promises, and how errors are told apart.

use amends_coordinator::{ExecutionStatus, Started, StepFunctions, StepFunctionsError};
use amends_engine::journal::Status;

use crate::world::{World, forward, unwind};

const INPUT: &str = r#"{"saga_id":"o","input_sha256":"x"}"#;

fn start(world: &World, input: &str) -> Result<Started, StepFunctionsError> {
    world.run(world.wire.start(&forward("o"), input))
}

fn describe(world: &World) -> Option<ExecutionStatus> {
    world.run(world.wire.functions().describe(&forward("o"))).unwrap()
}

#[test]
fn an_equal_start_of_a_running_or_ended_execution_starts_nothing() {
    let world = World::new();
    assert_eq!(start(&world, INPUT), Ok(Started::Running));
    let spaced = r#"{ "input_sha256": "x", "saga_id": "o" }"#;
    assert_eq!(start(&world, spaced), Ok(Started::Running), "equal is what says the same");
    let first = world.wait_for_end(&forward("o"));
    assert_eq!(start(&world, INPUT), Ok(Started::EndedBefore));
    assert_eq!(world.describe(&forward("o")), Some(first));
}

#[test]
fn a_start_with_another_input_under_a_taken_name_is_refused() {
    let world = World::new();
    let other = r#"{"saga_id":"o","input_sha256":"y"}"#;
    let refused = Err(StepFunctionsError::OtherInput("o".parse().unwrap()));
    start(&world, INPUT).unwrap();
    assert_eq!(start(&world, other), refused);
    let first = world.wait_for_end(&forward("o"));
    assert_eq!(start(&world, other), refused);
    assert_eq!(world.describe(&forward("o")), Some(first));
}

#[test]
fn a_start_of_a_machine_that_does_not_exist_is_refused() {
    let world = World::new();
    let execution = amends_coordinator::Execution { machine: "journey".into(), ..forward("o") };
    let refused = world.run(world.wire.start(&execution, INPUT));
    assert_eq!(refused, Err(StepFunctionsError::NoSuchMachine("journey".into())));
}

#[test]
fn an_execution_runs_until_it_ends_and_is_none_before_it_was_started() {
    let world = World::new();
    assert_eq!(describe(&world), None);
    start(&world, INPUT).unwrap();
    assert_eq!(describe(&world), Some(ExecutionStatus::Running));
    world.wait_for_end(&forward("o"));
    assert_eq!(describe(&world), Some(ExecutionStatus::Ended));
    assert_eq!(world.describe(&unwind("o", 1)), None, "names of another machine are others");
}

#[test]
fn a_stopped_execution_has_ended_and_calls_no_worker_any_more() {
    let world = World::new();
    world.place("o");
    world.worker.lose("book", amends_saga::Op::Execute, [crate::worker::Lost::Request]);
    world.relay();
    world.settle();
    world.stop(&forward("o"));
    let ended = world.describe(&forward("o")).unwrap();
    assert_eq!((ended.status, ended.error.as_deref()), (Status::Aborted, Some("Saga.Swept")));
    world.pass(3600);
    assert!(world.rows("o").is_empty(), "no retry was asked for");
}

#[test]
fn stopping_an_execution_that_has_ended_or_never_began_changes_nothing() {
    let world = World::new();
    world.stop(&forward("o"));
    assert_eq!(describe(&world), None);
    start(&world, INPUT).unwrap();
    let ended = world.wait_for_end(&forward("o"));
    world.stop(&forward("o"));
    assert_eq!(world.describe(&forward("o")), Some(ended));
}

#[test]
fn waiting_lasts_until_the_end_and_no_time_at_all_when_there_is_nothing_to_wait_for() {
    use amends_types::Clock;
    let world = World::new();
    let clock = world.simulation.clock();
    let wait = || {
        let before = clock.monotonic();
        world.run(world.wire.functions().wait_for_end(&forward("o"))).unwrap();
        clock.monotonic() - before
    };
    assert!(wait().is_zero());
    world.place("o");
    world.worker.lose("book", amends_saga::Op::Execute, [crate::worker::Lost::Request]);
    world.relay();
    assert!(wait().as_secs() >= 45, "the lost request is asked again after the state's time limit");
    assert_eq!(describe(&world), Some(ExecutionStatus::Ended));
    assert!(wait().is_zero());
}

#[test]
fn only_an_error_that_asking_again_may_mend_is_not_final() {
    assert!(StepFunctionsError::OtherInput("o".parse().unwrap()).is_final());
    assert!(StepFunctionsError::NoSuchMachine("trip".into()).is_final());
    assert!(!StepFunctionsError::Unavailable("down".into()).is_final());
}
