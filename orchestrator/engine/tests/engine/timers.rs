//! Waiting, which takes no time here.

use std::time::Duration;

use amends_engine::journal::{Status, Survives};
use amends_types::Clock;
use serde_json::json;

use crate::world::{World, task};

const DAY: Duration = Duration::from_hours(24);

#[test]
fn a_day_passes_and_the_execution_goes_on() {
    let world = World::new();
    let engine = world.open();
    let begun = world.run(engine.start("wait", "w", json!({}))).unwrap().started;
    let end = world.run(engine.wait_end("wait", "w")).unwrap().unwrap();
    assert_eq!(end.status, Status::Succeeded);
    assert_eq!(end.stopped.unwrap().since(begun), DAY + Duration::from_millis(10));
}

#[test]
fn a_timer_goes_on_after_a_crash_and_does_not_begin_again() {
    let world = World::new();
    let engine = world.open();
    let begun = world.run(engine.start("wait", "w", json!({}))).unwrap().started;
    world.run(world.simulation.clock().sleep(DAY / 2));
    drop(engine);
    let after = world.after_crash(Survives::Nothing);
    let engine = after.open();
    let end = after.run(engine.wait_end("wait", "w")).unwrap().unwrap();
    assert_eq!(end.stopped.unwrap().since(begun), DAY + Duration::from_millis(10));
}

#[test]
fn a_timer_that_came_due_while_nothing_ran_fires_at_once() {
    let world = World::new();
    let engine = world.open();
    world.run(engine.start("wait", "w", json!({}))).unwrap();
    drop(engine);
    let after = world.after_crash(Survives::Nothing);
    after.simulation.clock().advance(DAY * 30);
    let engine = after.open();
    let end = after.run(engine.wait_end("wait", "w")).unwrap().unwrap();
    assert_eq!(after.simulation.clock().now().since(end.stopped.unwrap()), Duration::ZERO);
}

#[test]
fn a_task_that_never_answers_times_out() {
    let world = World::new();
    let engine = world.open();
    let begun = world.run(engine.start("steps", "s", json!({"ask": "hang"}))).unwrap().started;
    let end = world.run(engine.wait_end("steps", "s")).unwrap().unwrap();
    assert_eq!((end.status, end.error.as_deref()), (Status::Failed, Some("States.Timeout")));
    assert_eq!(end.stopped.unwrap().since(begun), Duration::from_secs(60));
}

#[test]
fn tasks_beyond_the_limit_wait_for_room() {
    let mut world = World::new();
    world.limits.tasks_in_flight = 1;
    let engine = world.open();
    for name in ["a", "b", "c"] {
        world.run(engine.start("steps", name, json!({}))).unwrap();
    }
    let begun = world.simulation.clock().monotonic();
    for name in ["a", "b", "c"] {
        world.run(engine.wait_end("steps", name)).unwrap();
    }
    assert!(world.simulation.clock().monotonic() - begun >= Duration::from_millis(80), "nine tasks in turn");
}

#[test]
fn a_clock_that_was_wrong_for_a_while_stops_nothing() {
    let world = World::new();
    let engine = world.open();
    world.run(engine.start("steps", "s", json!({}))).unwrap();
    world.simulation.clock().set_ahead(DAY * 400);
    world.run(engine.wait_end("steps", "s")).unwrap();
    world.simulation.clock().set_ahead(Duration::ZERO);
    let begun = world.simulation.clock().monotonic();
    world.run(engine.start("wait", "w", json!({}))).unwrap();
    world.run(engine.wait_end("wait", "w")).unwrap();
    assert_eq!(world.simulation.clock().monotonic() - begun, DAY + Duration::from_millis(10));
}

#[test]
fn a_task_whose_time_passed_before_it_could_be_begun_is_not_begun() {
    let world = World::new();
    let engine = world.open();
    let mut patient = task("a", None);
    patient["Retry"] = json!([{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 5}]);
    let machine = json!({"StartAt": "a", "States": {"a": patient}}).to_string();
    engine.register_machine("patient", &machine).unwrap();
    world.run(engine.start("patient", "p", json!({"ask": "hang"}))).unwrap();
    drop(engine);
    let after = world.after_crash(Survives::Nothing);
    after.simulation.clock().advance(DAY);
    let _engine = after.open();
    after.run(after.simulation.clock().sleep(Duration::from_secs(1)));
    assert_eq!(after.calls_of("p"), []);
    after.run(after.simulation.clock().sleep(Duration::from_secs(10)));
    assert_eq!(after.calls_of("p"), [("a".to_owned(), 1)], "the retry");
}

#[test]
fn an_engine_whose_last_handle_went_ends() {
    let world = World::new();
    let engine = world.open();
    world.run(engine.start("wait", "w", json!({}))).unwrap();
    drop(engine);
    world.run(world.simulation.clock().sleep(DAY * 2));
    assert!(world.calls().is_empty());
}
