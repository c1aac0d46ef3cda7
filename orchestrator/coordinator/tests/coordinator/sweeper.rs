//! The sweeper: which sagas it takes over, and which it leaves alone.

use std::sync::Arc;

use amends_coordinator::{RelayError, Swept, sweep};
use amends_engine::journal::Status;
use amends_saga::Op;
use amends_store::{SagaState, StoreError};
use serde_json::json;

use crate::wire::{Gate, Trouble, unavailable};
use crate::worker::Lost;
use crate::world::{World, forward, saga_id, unwind};

/// The saga `o`, whose worker never answers.
fn hanging(world: &World) {
    world.worker.lose("book", Op::Execute, [Lost::Request]);
    world.begin("o");
}

#[test]
fn a_running_execution_is_left_alone_within_its_time_and_stopped_and_unwound_after_it() {
    let world = World::with_time_limit(10);
    hanging(&world);
    world.pass(9);
    let running = Swept { running: vec![forward("o")], ..Swept::default() };
    assert_eq!(world.sweep(), running);
    world.pass(2);
    assert_eq!(world.sweep().started, [unwind("o", 1)]);
    let stopped = world.describe(&forward("o")).unwrap();
    assert_eq!((stopped.status, stopped.error.as_deref()), (Status::Aborted, Some("Saga.Swept")));
    assert_eq!(world.sweep().running, [unwind("o", 1)], "the unwind has its own time");
    world.wait_for_end(&unwind("o", 1));
    assert_eq!(world.state("o"), SagaState::Compensated);
}

#[test]
fn the_row_names_the_unwinder_and_the_reason_before_the_unwind_is_started() {
    let world = World::new();
    hanging(&world);
    world.stop(&forward("o"));
    world.wire.script([Trouble::LoseRequest]);
    let swept =
        world.run(sweep(world.store(), &world.wire, &world.worker, world.simulation.clock(), &world.kind));
    assert_eq!(swept, Err(RelayError::StepFunctions(unavailable())));
    let saga = world.saga("o");
    assert_eq!((saga.state, saga.unwinds), (SagaState::Unwinding, 1));
    assert_eq!(saga.unwinder, Some(unwind("o", 1).run));
    assert_eq!(saga.reason.as_deref(), Some("its execution ended without a verdict"));
    assert_eq!(world.outbox(), [unwind("o", 1)]);
}

#[test]
fn an_unwind_whose_start_was_lost_is_started_again_and_no_other() {
    for trouble in [Trouble::LoseRequest, Trouble::LoseAnswer] {
        let world = World::new();
        hanging(&world);
        world.stop(&forward("o"));
        world.wire.script([trouble]);
        assert!(
            world
                .run(sweep(world.store(), &world.wire, &world.worker, world.simulation.clock(), &world.kind))
                .is_err()
        );
        world.sweep();
        world.wait_for_end(&unwind("o", 1));
        let saga = world.saga("o");
        assert_eq!((saga.state, saga.unwinds), (SagaState::Compensated, 1));
        world.relay();
        assert_eq!((world.outbox(), world.describe(&unwind("o", 2))), (vec![], None));
    }
}

#[test]
fn two_sweepers_at_once_start_one_unwind() {
    let world = World::new();
    hanging(&world);
    world.stop(&forward("o"));
    let gate = Arc::new(Gate::default());
    world.wire.script([Trouble::Hold(gate.clone())]);
    let sweep = || sweep(world.store(), &world.wire, &world.worker, world.simulation.clock(), &world.kind);
    // The first has named its unwind, and has not started it when the second looks.
    let second = async {
        gate.arrival().await;
        let swept = sweep().await;
        gate.open();
        swept
    };
    let (first, second) = world.run(async { tokio::join!(sweep(), second) });
    assert_eq!(first.unwrap().started, [unwind("o", 1)]);
    assert!(second.unwrap().started.iter().all(|execution| *execution == unwind("o", 1)));
    world.wait_for_end(&unwind("o", 1));
    assert_eq!((world.state("o"), world.saga("o").unwinds), (SagaState::Compensated, 1));
    assert_eq!(world.describe(&unwind("o", 2)), None);
}

#[test]
fn an_order_that_waits_in_the_outbox_is_started_and_not_unwound() {
    let world = World::with_time_limit(10);
    world.place("a");
    assert_eq!(world.sweep().started, [forward("a")]);
    world.place("b");
    world.pass(60);
    // Its time begins when it does.
    assert_eq!(world.sweep().started, [forward("b")]);
    assert_eq!(world.outbox(), []);
    for id in ["a", "b"] {
        world.wait_for_end(&forward(id));
        assert_eq!(world.state(id), SagaState::Committed, "{id}");
    }
}

#[test]
fn an_execution_that_step_functions_has_lost_goes_on_where_the_ledger_says() {
    let mut world = World::new();
    world.worker.lose("pay", Op::Execute, [Lost::Request]);
    world.begin("o");
    world.amnesia();
    assert_eq!(world.sweep().started, [forward("o")]);
    world.wait_for_end(&forward("o"));
    assert_eq!(world.state("o"), SagaState::Committed);
    assert!(world.rows("o").iter().all(|row| row.attempts == 1), "what was done is not done again");
}

#[test]
fn a_saga_cancelled_before_its_start_is_unwound_by_its_own_execution() {
    let world = World::new();
    world.place("o");
    world.change(|tx| {
        let mut saga = tx.saga(&saga_id("o"), amends_store::SagaLock::Update)?.unwrap();
        assert!(saga.begin_unwinding(Some("cancelled by the customer".into()), tx.now()));
        tx.update_saga(&saga)
    });
    assert_eq!(world.sweep().started, [forward("o")]);
    world.wait_for_end(&forward("o"));
    assert_eq!((world.state("o"), world.provider.effects("o")), (SagaState::Compensated, vec![]));
}

#[test]
fn a_saga_that_cannot_be_unwound_is_an_alarm_and_does_not_stop_the_others() {
    let world = World::new();
    let engine = world.wire.functions().engine();
    world.run(engine.start("unwind_trip", "a-1", json!({ "saga_id": "z", "unwind": 1 }))).unwrap();
    world.worker.lose("book", Op::Execute, [Lost::Request; 2]);
    for id in ["a", "b"] {
        world.begin(id);
        world.stop(&forward(id));
    }
    let swept = world.sweep();
    let reason = "an execution named a-1 exists with another input".to_owned();
    assert_eq!(swept.alarms, [(saga_id("a"), reason)]);
    assert_eq!(swept.started, [unwind("b", 1)]);
    world.wait_for_end(&unwind("b", 1));
    // The name is taken for ever, and the next one is not.
    world.wait_for_end(&unwind("a", 1));
    world.sweep();
    world.wait_for_end(&world.sweep().running.first().cloned().unwrap_or(unwind("a", 2)));
    assert_eq!(["a", "b"].map(|id| world.state(id)), [SagaState::Compensated; 2]);
}

#[test]
fn sagas_of_another_kind_and_those_with_a_verdict_are_not_looked_at() {
    let world = World::new();
    world.begin("done");
    world.wait_for_end(&forward("done"));
    world.change(|tx| {
        let (id, now) = (saga_id("foreign"), tx.now());
        let foreign = amends_store::SagaRow::new(id, "journey", json!({}), now, now);
        Ok::<_, StoreError>(()).and(tx.insert_saga(&foreign))
    });
    world.pass(100_000);
    assert_eq!(world.sweep(), Swept::default());
}

#[test]
fn more_sagas_than_a_page_are_all_swept() {
    let world = World::new();
    let ids: Vec<String> = (0..501).map(|number| format!("o{number:03}")).collect();
    ids.iter().for_each(|id| world.place(id));
    assert_eq!(world.sweep().started.len(), 501);
    world.wait_for_end(&forward("o500"));
    world.settle();
    assert_eq!(world.sweep(), Swept::default());
}
