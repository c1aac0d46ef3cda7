//! Lost engines: who is lost, and what becomes of what it ran.

use std::time::Duration;

use amends_coordinator::{Pulse, SagaHome, adopt, begin_saga};
use amends_saga::Op;
use amends_store::{SagaRow, SagaState};
use amends_types::{Clock, EngineId};
use serde_json::json;
use uuid::Uuid;

use crate::worker::Lost;
use crate::world::{World, forward, saga_id, unwind};

fn engine(number: u128) -> EngineId {
    EngineId::new(Uuid::from_u128(number))
}

/// Says that the saga runs in another engine.
fn give_away(world: &World, id: &str, to: EngineId) {
    let id = saga_id(id);
    world.change(move |tx| {
        let saga = tx.saga(&id, amends_store::SagaLock::Update)?.unwrap();
        tx.update_saga(&SagaRow { engine: Some(to), ..saga })
    });
}

#[test]
fn a_saga_of_another_engine_is_neither_started_nor_swept_here() {
    let world = World::new();
    let kind = world.kind.clone();
    let home = SagaHome { engine: Some(engine(2)), announce: false };
    world.change(move |tx| begin_saga(tx, &kind, saga_id("o"), json!({}), home).map(drop));
    assert_eq!(world.relay().started, []);
    world.pass(1_000_000);
    assert_eq!(world.sweep().started, []);
    assert_eq!(world.outbox(), [forward("o")]);
}

#[test]
fn what_a_lost_engine_ran_is_unwound_here_and_its_executions_do_nothing_any_more() {
    let world = World::new();
    // Its execution runs, and is about to ask `pay` again.
    world.worker.lose("pay", Op::Execute, [Lost::Request]);
    world.begin("o");
    give_away(&world, "o", engine(2));
    let started = world.run(adopt(world.store(), &world.wire, &world.kind, engine(2))).unwrap();
    assert_eq!(started, [unwind("o", 1)]);
    world.wait_for_end(&unwind("o", 1));
    let saga = world.saga("o");
    assert_eq!((saga.state, saga.engine), (SagaState::Compensated, None));
    assert_eq!(saga.reason.as_deref(), Some("the engine that ran it is lost"));
    let effects = world.provider.effects("o");
    // It comes back.
    world.wait_for_end(&forward("o"));
    assert_eq!((world.provider.effects("o"), world.state("o")), (effects, SagaState::Compensated));
    assert_eq!(world.provider.held("o"), [""; 0]);
    let again = world.run(adopt(world.store(), &world.wire, &world.kind, engine(2))).unwrap();
    assert_eq!(again, []);
}

#[test]
fn an_order_that_a_lost_engine_never_started_is_adopted_too() {
    let world = World::new();
    let kind = world.kind.clone();
    let home = SagaHome { engine: Some(engine(2)), announce: false };
    world.change(move |tx| begin_saga(tx, &kind, saga_id("o"), json!({}), home).map(drop));
    world.run(adopt(world.store(), &world.wire, &world.kind, engine(2))).unwrap();
    assert_eq!(world.outbox(), []);
    world.wait_for_end(&unwind("o", 1));
    assert_eq!(world.state("o"), SagaState::Compensated);
    assert_eq!(world.describe(&forward("o")), None);
}

#[test]
fn an_engine_is_lost_when_its_count_stands_still_while_ours_goes_on() {
    let world = World::new();
    let clock = world.simulation.clock();
    let mut pulse = Pulse::new(engine(1), Duration::from_secs(60));
    let mut beat = || world.run(pulse.beat(world.store(), clock)).unwrap();
    let other = || world.run(world.store().transact(|tx| tx.beat(engine(2)))).unwrap();
    other();
    for _ in 0..20 {
        assert_eq!(beat(), []);
        other();
        world.pass(5);
    }
    for _ in 0..12 {
        assert_eq!(beat(), []);
        world.pass(5);
    }
    assert_eq!(beat(), [engine(2)]);
    other();
    assert_eq!(beat(), []);
}

#[test]
fn whoever_was_away_itself_declares_nobody_lost() {
    let world = World::new();
    let clock = world.simulation.clock();
    let mut pulse = Pulse::new(engine(1), Duration::from_secs(60));
    world.run(world.store().transact(|tx| tx.beat(engine(2)))).unwrap();
    assert_eq!(world.run(pulse.beat(world.store(), clock)).unwrap(), []);
    world.pass(3600);
    assert_eq!(world.run(pulse.beat(world.store(), clock)).unwrap(), []);
    assert!(clock.monotonic() >= Duration::from_secs(3600));
}
