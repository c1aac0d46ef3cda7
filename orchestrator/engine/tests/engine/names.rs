//! One execution per name, for as long as it is kept; stopping; what is refused.

use std::time::Duration;

use amends_engine::driver::{Engine, StartError, StopError};
use amends_engine::journal::{ListFilter, Status, Survives};
use amends_types::Clock;
use serde_json::json;

use crate::world::World;

#[test]
fn an_equal_start_is_the_same_execution_while_it_runs() {
    let world = World::new();
    let engine = world.open();
    let first = world.run(engine.start("wait", "w", json!({"n": 1}))).unwrap();
    let second = world.run(engine.start("wait", "w", json!({"n": 1}))).unwrap();
    assert_eq!((first.existed, second.existed), (false, true));
    assert_eq!((first.execution_arn, first.started), (second.execution_arn, second.started));
    let other = world.run(engine.start("wait", "w", json!({"n": 2}))).unwrap_err();
    assert!(matches!(other, StartError::AlreadyExists(name) if name == "w"));
    assert_eq!(world.run(engine.open_count()), 1);
}

#[test]
fn a_name_stays_taken_after_the_end_and_after_a_crash() {
    let world = World::new();
    let engine = world.open();
    let input = || json!({"n": 1});
    world.run(engine.start("steps", "s", input())).unwrap();
    world.run(engine.wait_end("steps", "s")).unwrap();
    let taken = |world: &World, engine: &Engine| {
        let again = world.run(engine.start("steps", "s", input())).unwrap_err();
        assert!(matches!(again, StartError::AlreadyExists(_)));
    };
    taken(&world, &engine);
    world.run(engine.start("wait", "s", input())).expect("names are per state machine");
    drop(engine);
    let after = world.after_crash(Survives::Nothing);
    let engine = after.open();
    taken(&after, &engine);
}

#[test]
fn a_name_is_free_again_once_its_execution_has_been_kept_for_long_enough() {
    let day = Duration::from_secs(24 * 60 * 60);
    let mut world = World::new();
    world.limits.retention = Some(90 * day);
    let engine = world.open();
    let input = || json!({"n": 1});
    let run = |name: &str| {
        world.run(engine.start("steps", name, input())).unwrap();
        world.run(engine.wait_end("steps", name)).unwrap();
    };
    (0..1_100).for_each(|number| run(&format!("old-{number}")));
    world.run(world.simulation.clock().sleep(89 * day));
    run("young");
    world.run(engine.start("steps", "old-0", input())).expect_err("it is still known");
    world.run(world.simulation.clock().sleep(2 * day));
    run("old-0");
    let all = world.run(engine.list(ListFilter { limit: 5_000, ..ListFilter::default() })).unwrap();
    let names: Vec<_> = all.iter().map(|line| &*line.name).collect();
    assert_eq!(names, ["old-0", "young"]);
    world.run(engine.start("steps", "young", input())).expect_err("it is still known");
}

#[test]
fn a_stopped_execution_is_aborted_and_late_answers_change_nothing() {
    let world = World::new();
    let engine = world.open();
    world.run(engine.start("steps", "s", json!({}))).unwrap();
    let stopped = world.run(engine.stop("steps", "s", Some("E".into()), Some("by hand".into()))).unwrap();
    let end = world.run(engine.wait_end("steps", "s")).unwrap().unwrap();
    assert_eq!((end.status, end.stopped), (Status::Aborted, Some(stopped.stopped)));
    assert_eq!((end.error.as_deref(), end.cause.as_deref()), (Some("E"), Some("by hand")));
    assert_eq!(world.simulation.run(std::future::pending::<()>()), None);
    assert_eq!(world.calls_of("s"), [("a".to_owned(), 1)]);
    let again = world.run(engine.stop("steps", "s", None, None));
    assert_eq!(again, Err(StopError::NotRunning("s".into())));
}

#[test]
fn a_worker_that_fails_or_panics_fails_its_execution_only() {
    let world = World::new();
    let engine = world.open();
    for (ask, error) in [("fail", "Saga.Rejected"), ("panic", "Runtime.Panic")] {
        world.run(engine.start("steps", ask, json!({"ask": ask}))).unwrap();
        let end = world.run(engine.wait_end("steps", ask)).unwrap().unwrap();
        assert_eq!((end.status, end.error.as_deref()), (Status::Failed, Some(error)));
    }
    world.run(engine.start("steps", "good", json!({}))).unwrap();
    assert_eq!(world.run(engine.wait_end("steps", "good")).unwrap().unwrap().status, Status::Succeeded);
    let list = world.run(engine.list(ListFilter { limit: 2, ..ListFilter::default() })).unwrap();
    let names: Vec<_> = list.iter().map(|line| (&*line.name, line.status)).collect();
    assert_eq!(names, [("good", Status::Succeeded), ("panic", Status::Failed)]);
}

#[test]
fn what_cannot_be_started_says_why() {
    let world = World::new();
    let engine = world.open();
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let start = |machine, name, input| world.run(engine.start(machine, name, input)).unwrap_err();
    assert!(matches!(start("steps", "a b", json!({})), StartError::Name(_)));
    assert!(matches!(start("none", "a", json!({})), StartError::NoSuchMachine(_)));
    assert!(matches!(start("steps", "a", deep), StartError::Input(_)));
    assert!(matches!(start("steps", "a", json!("x".repeat(300_000))), StartError::Input(_)));
}

#[test]
fn an_execution_keeps_the_definition_that_it_was_started_with() {
    let world = World::new();
    let engine = world.open();
    world.run(engine.start("wait", "old", json!({}))).unwrap();
    drop(engine);
    let after = world.after_crash(Survives::Nothing);
    let engine = after.open();
    engine.register_machine("wait", &crate::world::steps()).unwrap();
    after.run(engine.start("wait", "new", json!({}))).unwrap();
    after.run(engine.wait_end("wait", "new")).unwrap();
    after.run(engine.wait_end("wait", "old")).unwrap();
    assert_eq!((after.calls_of("old").len(), after.calls_of("new").len()), (1, 3));
}
