//! Redrive: an execution comes back from the archive, and what it does then is as durable as before.

use std::time::Duration;

use amends_engine::driver::{Engine, NotRedrivable, RedriveError, StartError, TaskFailure};
use amends_engine::journal::{ListFilter, Status, Survives};
use amends_types::Clock;
use serde_json::json;

use crate::world::World;

const ACTIVITY: &str = "arn:aws:states:us-east-1:111111111111:activity:pack";

fn register(engine: &Engine) {
    let state = json!({"Type": "Task", "Resource": ACTIVITY, "End": true});
    engine.register_machine("m", &json!({"StartAt": "a", "States": {"a": state}}).to_string()).unwrap();
}

/// An execution that has failed.
fn failed(world: &World) -> Engine {
    let engine = world.open();
    register(&engine);
    world.run(engine.start("m", "e", json!({"n": 1}))).unwrap();
    fail(world, &engine);
    engine
}

fn fail(world: &World, engine: &Engine) {
    let task = world.run(engine.poll_activity(ACTIVITY, None)).unwrap();
    let failure = TaskFailure { error: "E".to_owned(), cause: String::new() };
    world.run(engine.task_failed(&task.token, failure)).unwrap();
    world.run(engine.wait_end("m", "e")).unwrap();
}

fn succeed(world: &World, engine: &Engine) {
    let task = world.run(engine.poll_activity(ACTIVITY, None)).unwrap();
    world.run(engine.task_succeeded(&task.token, json!("done"))).unwrap();
    let ended = world.run(engine.wait_end("m", "e")).unwrap().unwrap();
    assert_eq!((ended.status, ended.output.as_deref()), (Status::Succeeded, Some("\"done\"")));
}

/// Long enough for what has ended to be archived.
fn rest(world: &World) {
    world.run(world.simulation.clock().sleep(Duration::from_secs(1)));
}

fn statuses(world: &World, engine: &Engine, status: Option<Status>) -> Vec<Status> {
    let filter = ListFilter { status, limit: 10, ..ListFilter::default() };
    world.run(engine.list(filter)).unwrap().iter().map(|line| line.status).collect()
}

#[test]
fn a_failed_execution_goes_on_and_is_listed_once_as_what_it_is() {
    let world = World::new();
    let engine = failed(&world);
    rest(&world);
    world.run(engine.redrive("m", "e")).unwrap();
    assert_eq!(statuses(&world, &engine, None), [Status::Running]);
    assert_eq!(statuses(&world, &engine, Some(Status::Failed)), []);
    let again = world.run(engine.redrive("m", "e"));
    assert!(matches!(again, Err(RedriveError::NotRedrivable(NotRedrivable::Running))));
    succeed(&world, &engine);
    rest(&world);
    assert_eq!(statuses(&world, &engine, None), [Status::Succeeded]);
    let again = world.run(engine.redrive("m", "e"));
    assert!(matches!(again, Err(RedriveError::NotRedrivable(NotRedrivable::Succeeded))));
    let taken = world.run(engine.start("m", "e", json!({"n": 1})));
    assert!(matches!(taken, Err(StartError::AlreadyExists(_))));
    let types: Vec<_> = world.run(engine.history("m", "e")).unwrap().unwrap();
    assert_eq!(types.iter().filter(|event| event.event.type_name() == "ExecutionRedriven").count(), 1);
}

#[test]
fn one_that_has_only_just_ended_is_redriven_as_well() {
    let world = World::new();
    let engine = failed(&world);
    world.run(engine.redrive("m", "e")).unwrap();
    fail(&world, &engine);
    world.run(engine.redrive("m", "e")).unwrap();
    succeed(&world, &engine);
}

#[test]
fn a_redrive_that_was_answered_survives_a_crash() {
    let world = World::new();
    let engine = failed(&world);
    rest(&world);
    world.run(engine.redrive("m", "e")).unwrap();
    drop(engine);
    let world = world.after_crash(Survives::Nothing);
    let engine = world.open();
    assert_eq!(statuses(&world, &engine, None), [Status::Running]);
    succeed(&world, &engine);
}

#[test]
fn its_second_end_survives_a_crash_before_the_archive_has_it() {
    let world = World::new();
    let engine = failed(&world);
    rest(&world);
    drop(engine);
    // The first end is durably in the archive now.
    let world = world.after_crash(Survives::Everything);
    let engine = world.open();
    rest(&world);
    world.run(engine.redrive("m", "e")).unwrap();
    let archive = world.archive.crash();
    succeed(&world, &engine);
    drop(engine);
    let mut after = world.after_crash(Survives::Nothing);
    after.archive = archive;
    let engine = after.open();
    rest(&after);
    assert_eq!(statuses(&after, &engine, None), [Status::Succeeded]);
    let ended = after.run(engine.describe("m", "e")).unwrap().unwrap();
    assert_eq!(ended.output.as_deref(), Some("\"done\""));
}

#[test]
fn after_two_weeks_it_is_too_late() {
    let world = World::new();
    let engine = failed(&world);
    world.run(world.simulation.clock().sleep(Duration::from_secs(14 * 24 * 60 * 60 + 1)));
    let late = world.run(engine.redrive("m", "e"));
    assert!(matches!(late, Err(RedriveError::NotRedrivable(NotRedrivable::TooLate))));
    let unknown = world.run(engine.redrive("m", "nobody"));
    assert!(matches!(unknown, Err(RedriveError::NoSuchExecution(_))));
    let now = world.simulation.clock().now();
    let why = world.run(engine.is_redrivable("m", "e", now)).unwrap();
    assert_eq!(why, Some(Err(NotRedrivable::TooLate)));
}
