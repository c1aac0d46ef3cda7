//! Engines that share what they have parsed behave like engines that do not.

use std::collections::BTreeMap;
use std::sync::Arc;

use amends_engine::driver::{ParsedMachines, RegisterError};
use amends_engine::history::HistoryEvent;
use amends_engine::journal::{Storage, Survives};
use serde_json::json;

use crate::world::World;

/// Starts an execution, loses power, ends it in the next engine, and answers its history and what is on the disk.
fn run(parsed: impl Fn() -> Arc<ParsedMachines>) -> (Vec<HistoryEvent>, BTreeMap<String, Vec<u8>>) {
    let before = World::new().sharing(parsed());
    let engine = before.open();
    before.run(engine.start("wait", "w", json!({"n": 1}))).unwrap();
    before.simulation.kill();
    let after = before.after_crash(Survives::Nothing).sharing(parsed());
    let engine = after.open();
    after.run(engine.wait_end("wait", "w")).unwrap();
    let history = after.run(engine.history("wait", "w")).unwrap().unwrap();
    let files = after.storage.list().unwrap().into_iter();
    (history, files.map(|name| (name.clone(), after.storage.read(&name).unwrap())).collect())
}

#[test]
fn engines_that_share_what_they_have_parsed_behave_and_store_as_if_alone() {
    let alone = run(Arc::default);
    let shared = Arc::new(ParsedMachines::default());
    for _ in 0..2 {
        assert_eq!(run(|| shared.clone()), alone);
    }
    let definitions = alone.1.keys().filter(|name| name.ends_with(".machine.json"));
    assert_eq!(definitions.count(), 2, "each directory has its own definitions");
}

#[test]
fn a_definition_that_is_not_valid_is_refused_each_time_and_never_stored() {
    let parsed = Arc::new(ParsedMachines::default());
    for _ in 0..2 {
        let world = World::new().sharing(parsed.clone());
        let engine = world.try_open().unwrap();
        for text in ["{}", "no JSON"] {
            let refused = engine.register_machine("steps", text).unwrap_err();
            assert!(matches!(refused, RegisterError::Definition { machine, .. } if machine == "steps"));
        }
        assert!(world.storage.list().unwrap().is_empty());
    }
}

#[test]
fn a_definition_that_is_missing_on_the_disk_is_missed_though_another_engine_has_parsed_it() {
    let world = World::new();
    let engine = world.open();
    world.run(engine.start("wait", "w", json!({}))).unwrap();
    world.simulation.kill();
    let after = world.after_crash(Survives::Nothing).sharing(world.parsed.clone());
    for file in after.storage.list().unwrap().iter().filter(|name| name.ends_with(".machine.json")) {
        after.storage.remove(file).unwrap();
    }
    assert!(after.try_open().is_err());
}
