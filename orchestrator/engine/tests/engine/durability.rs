//! What was answered, and what led further, survives a power failure at every sync and every byte.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use amends_engine::clock::Simulation;
use amends_engine::driver::{Engine, EngineOpenError, StartError};
use amends_engine::interp::Input;
use amends_engine::journal::{Inspection, Status, Survives};
use amends_types::Clock;
use serde_json::json;

use crate::world::{DIRECTORY, World};

const NAMES: [&str; 3] = ["order-1", "order-2", "order-3"];

/// What the outside world has been told.
#[derive(Debug, Default, Clone)]
struct Told {
    started: Vec<&'static str>,
    ended: Vec<&'static str>,
}

/// Starts three executions at once and waits for them; answers what had been said when the power failed.
fn run_until_power_fails(world: &World) -> Told {
    let told = Arc::new(Mutex::new(Told::default()));
    let engine = world.open();
    for name in NAMES {
        let (engine, told) = (engine.clone(), told.clone());
        amends_engine::clock::Spawn::spawn(
            &world.simulation,
            Box::pin(async move {
                if engine.start("steps", name, json!({"n": name})).await.is_ok() {
                    told.lock().unwrap().started.push(name);
                    if let Ok(Some(_)) = engine.wait_end("steps", name).await {
                        told.lock().unwrap().ended.push(name);
                    }
                }
            }),
        );
    }
    assert_eq!(world.simulation.run(std::future::pending::<()>()), None);
    drop(engine);
    told.lock().unwrap().clone()
}

/// How many tasks of the execution are durably done.
fn done(world: &World, name: &str) -> Option<usize> {
    let inspection =
        Inspection::new(Arc::new(world.storage.clone()), Some(Arc::new(world.archive.clone())), DIRECTORY);
    let found = inspection.find("steps", name).unwrap()?;
    let is_done = |input: &Input| matches!(input, Input::TaskSucceeded { .. });
    Some(found.occurrences.iter().filter(|occurrence| is_done(&occurrence.input)).count())
}

/// Everything that was said, or that a worker could tell, is still true on the disk.
fn check_kept(before: &World, told: &Told, after: &World) {
    for name in &told.started {
        assert!(done(after, name).is_some(), "{name} was acknowledged and is gone");
    }
    for name in &told.ended {
        assert_eq!(done(after, name), Some(3), "{name} had ended");
    }
    for (name, step) in before.calls().into_keys() {
        let needed = ["a", "b", "c"].iter().position(|each| *each == step).unwrap();
        let kept = done(after, &name);
        assert!(
            kept.is_some_and(|kept| kept >= needed),
            "{step} of {name} began, but {kept:?} are on the disk"
        );
    }
}

fn check_finishes(world: &World, told: &Told) -> Engine {
    let engine = world.open();
    let again: Vec<_> = NAMES.into_iter().filter(|name| done(world, name).is_some()).collect();
    for name in again {
        let end = world.run(engine.wait_end("steps", name)).unwrap().unwrap();
        assert_eq!(end.status, Status::Succeeded);
        let history = world.run(engine.history("steps", name)).unwrap().unwrap();
        let types: Vec<_> = history.iter().map(|event| event.event.type_name().to_string()).collect();
        assert_eq!(types.iter().filter(|each| *each == "TaskSucceeded").count(), 3);
        assert_eq!(types.last().unwrap(), "ExecutionSucceeded");
    }
    for name in &told.ended {
        assert!(world.calls_of(name).is_empty(), "{name} had ended and was run again");
    }
    engine
}

#[test]
fn what_was_acknowledged_survives_a_power_failure_at_every_sync() {
    for survives in [Survives::Nothing, Survives::Everything, Survives::Prefix(50)] {
        for sync in 1.. {
            let world = World::new();
            world.storage.die_at_sync(sync);
            let told = run_until_power_fails(&world);
            let after = world.after_crash(survives);
            check_kept(&world, &told, &after);
            check_finishes(&after, &told);
            if told.ended.len() == NAMES.len() {
                assert!(sync > 4, "the power never failed during the run");
                break;
            }
        }
    }
}

#[test]
fn a_tail_torn_at_any_byte_is_cut() {
    let mut last_kept = 0;
    for bytes in 0..600 {
        let world = World::new();
        world.storage.die_at_sync(2);
        let told = run_until_power_fails(&world);
        let after = world.after_crash(Survives::Prefix(bytes));
        check_kept(&world, &told, &after);
        check_finishes(&after, &told);
        last_kept = NAMES.iter().filter_map(|name| done(&after, name)).count();
    }
    assert_eq!(last_kept, NAMES.len(), "the longest tail was not torn");
}

#[test]
fn a_machine_that_crashes_while_it_recovers_recovers_the_next_time() {
    for sync in 1..6 {
        let world = World::new();
        world.storage.die_at_sync(4);
        let told = run_until_power_fails(&world);
        let again = world.after_crash(Survives::Nothing);
        again.storage.die_at_sync(sync);
        // It may not even open.
        if let Ok(engine) = again.try_open() {
            assert_eq!(again.simulation.run(std::future::pending::<()>()), None);
            drop(engine);
        }
        let after = again.after_crash(Survives::Nothing);
        check_kept(&world, &told, &after);
        check_kept(&again, &told, &after);
        check_finishes(&after, &told);
    }
}

#[test]
fn the_highest_store_commit_that_was_seen_is_recorded() {
    let mut world = World::new();
    for seen in [17, 41] {
        world.watermark = seen;
        let engine = world.open();
        world.run(engine.start("wait", &format!("w-{seen}"), json!({}))).unwrap();
        drop(engine);
        world = world.after_crash(Survives::Nothing);
    }
    let engine = world.open();
    assert_eq!(engine.recorded_watermark(), 41);
    drop(engine);
    // A store that lost commits: nothing goes on from what it does not know.
    world.watermark = 40;
    let before = world.calls();
    let refused = world.try_open().map(drop).unwrap_err();
    assert!(matches!(refused, EngineOpenError::StoreBehind { committed: 40, journalled: 41 }), "{refused}");
    assert_eq!(world.calls(), before);
}

#[test]
fn a_full_disk_is_an_error_and_what_runs_goes_on_when_there_is_room() {
    let world = World::new();
    let engine = world.open();
    world.run(engine.start("steps", "order-1", json!({}))).unwrap();
    world.storage.set_free_bytes(Some(10));
    // The one that meets the full disk may start later; the next one certainly does not.
    let met = world.run(engine.start("steps", "order-2", json!({}))).unwrap_err();
    assert!(met.to_string().contains("may start later"), "{met}");
    let refused = world.run(engine.start("steps", "order-3", json!({}))).unwrap_err();
    assert!(refused.to_string().contains("full"), "{refused}");
    world.storage.set_free_bytes(None);
    for name in ["order-1", "order-2"] {
        let end = world.run(engine.wait_end("steps", name)).unwrap().unwrap();
        assert_eq!(end.status, Status::Succeeded);
    }
    assert_eq!(world.run(engine.describe("steps", "order-3")).unwrap(), None);
}

#[test]
fn a_killed_engine_does_nothing_more_and_the_next_one_goes_on_under_the_same_clock() {
    let world = World::new();
    let engine = world.open();
    for name in NAMES {
        world.run(engine.start("steps", name, json!({"n": name}))).unwrap();
    }
    // In the middle of the second task.
    world.run(world.simulation.clock().sleep(Duration::from_millis(15)));
    let (calls, syncs) = (world.calls(), world.storage.syncs());
    world.simulation.kill();
    let started = world.simulation.run(engine.start("steps", "late", json!({}))).unwrap();
    assert!(matches!(started, Err(StartError::Closed)));
    drop(engine);
    assert_eq!(world.simulation.run(std::future::pending::<()>()), None);
    assert_eq!((world.calls(), world.storage.syncs()), (calls, syncs));
    let mut after = world.after_crash(Survives::Nothing);
    after.simulation = Simulation::new(world.simulation.clock().clone());
    check_finishes(&after, &Told::default());
    for name in NAMES {
        assert_eq!(after.calls_of(name), [("b".to_owned(), 1), ("c".to_owned(), 1)]);
    }
}
