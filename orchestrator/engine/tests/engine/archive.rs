//! Finished executions leave memory and the log; open ones are carried along.

use std::cell::Cell;

use amends_engine::journal::{Status, Storage, Survives};
use serde_json::json;

use crate::world::World;

/// Segments of a few records each.
fn small() -> World {
    let mut world = World::new();
    world.limits.segment_bytes = 500;
    world
}

fn segments(world: &World) -> Vec<String> {
    let mut names = world.storage.list().unwrap();
    names.retain(|name| name.ends_with(".log"));
    names
}

async fn run_many(engine: &amends_engine::driver::Engine, count: u32) {
    for number in 0..count {
        let name = format!("s-{number}");
        engine.start("steps", &name, json!({"n": number})).await.unwrap();
        engine.wait_end("steps", &name).await.unwrap();
    }
}

#[test]
fn segments_go_once_their_executions_are_archived() {
    let world = small();
    let engine = world.open();
    world.run(run_many(&engine, 50));
    assert!(segments(&world).len() <= 3, "{:?}", segments(&world));
    assert!(segments(&world)[0].as_str() >= "0000000000000005.log", "{:?}", segments(&world));
    let end = world.run(engine.describe("steps", "s-0")).unwrap().unwrap();
    assert_eq!((end.status, end.input), (Status::Succeeded, json!({"n": 0})));
    assert_eq!(world.run(engine.history("steps", "s-0")).unwrap().unwrap().len(), 17);
}

#[test]
fn a_long_open_execution_is_carried_forward_and_survives() {
    let world = small();
    let engine = world.open();
    world.run(engine.start("wait", "w", json!({"kept": true}))).unwrap();
    world.run(run_many(&engine, 60));
    assert!(segments(&world).len() <= 7, "{:?}", segments(&world));
    assert!(!segments(&world).contains(&"0000000000000001.log".to_owned()));
    drop(engine);
    let after = world.after_crash(Survives::Nothing);
    let engine = after.open();
    assert_eq!(after.run(engine.open_count()), 1);
    let end = after.run(engine.wait_end("wait", "w")).unwrap().unwrap();
    assert_eq!((end.status, end.input), (Status::Succeeded, json!({"kept": true})));
    let last = after.run(engine.describe("steps", "s-59")).unwrap().unwrap();
    assert_eq!(last.status, Status::Succeeded);
}

#[test]
fn an_end_that_the_archive_lost_is_archived_again() {
    let world = World::new();
    let engine = world.open();
    world.run(run_many(&engine, 5));
    drop(engine);
    // The archive was never synced: its rows are gone, the log has them.
    let after = world.after_crash(Survives::Nothing);
    let engine = after.open();
    for number in 0..5 {
        let end = after.run(engine.describe("steps", &format!("s-{number}"))).unwrap().unwrap();
        assert_eq!(end.status, Status::Succeeded);
    }
    assert_eq!(after.run(engine.open_count()), 0);
    assert!(after.calls().is_empty());
}

#[test]
fn power_may_fail_at_every_sync_while_segments_come_and_go() {
    let mut completed = 0;
    for sync in (1..150).step_by(7) {
        let world = small();
        world.storage.die_at_sync(sync);
        let engine = world.open();
        let ended = Cell::new(0);
        let run = async {
            engine.start("wait", "w", json!({})).await.ok()?;
            while ended.get() < 30 {
                let name = format!("s-{}", ended.get());
                engine.start("steps", &name, json!({})).await.ok()?;
                engine.wait_end("steps", &name).await.ok()??;
                ended.set(ended.get() + 1);
            }
            Some(())
        };
        completed += u32::from(world.simulation.run(run).flatten().is_some());
        drop(engine);
        let after = world.after_crash(Survives::Nothing);
        let engine = after.open();
        for number in 0..ended.get() {
            let end = after.run(engine.describe("steps", &format!("s-{number}"))).unwrap();
            assert_eq!(end.map(|end| end.status), Some(Status::Succeeded), "s-{number}, sync {sync}");
        }
        assert_eq!(after.run(engine.describe("wait", "w")).unwrap().is_some(), sync > 1);
    }
    assert!((1..15).contains(&completed), "{completed} runs met no failure");
}

#[test]
fn segments_go_although_nothing_ends() {
    let mut world = small();
    for round in 0..20 {
        let engine = world.open();
        world.run(engine.start("wait", &format!("w-{round}"), json!({}))).unwrap();
        drop(engine);
        world = world.after_crash(Survives::Nothing);
    }
    assert!(segments(&world).len() <= 10, "{:?}", segments(&world));
    assert_eq!(world.run(world.open().open_count()), 20);
}

#[test]
fn a_segment_that_could_not_be_removed_leaves_no_gap() {
    let world = small();
    let engine = world.open();
    world.storage.refuse_removals(true);
    world.run(run_many(&engine, 20));
    assert!(segments(&world).contains(&"0000000000000001.log".to_owned()));
    world.storage.refuse_removals(false);
    world.run(async {
        for number in 20..25 {
            engine.start("steps", &format!("s-{number}"), json!({})).await.unwrap();
            engine.wait_end("steps", &format!("s-{number}")).await.unwrap();
        }
    });
    assert!(!segments(&world).contains(&"0000000000000001.log".to_owned()));
    drop(engine);
    let after = world.after_crash(Survives::Nothing);
    let engine = after.open();
    let end = after.run(engine.describe("steps", "s-24")).unwrap().unwrap();
    assert_eq!(end.status, Status::Succeeded);
}

#[test]
fn what_the_archive_lost_in_a_sync_that_failed_is_still_in_the_log() {
    let world = small();
    let engine = world.open();
    world.archive.lose_next_sync();
    world.run(run_many(&engine, 30));
    drop(engine);
    let after = world.after_crash(Survives::Nothing);
    let engine = after.open();
    for number in 0..30 {
        let end = after.run(engine.describe("steps", &format!("s-{number}"))).unwrap();
        assert_eq!(end.map(|end| end.status), Some(Status::Succeeded), "s-{number}");
    }
}
