//! The relay: what is in the outbox is started, whatever is lost on the way.

use std::sync::Arc;

use amends_coordinator::{RelayError, Relayed, relay};
use amends_store::{OutboxRow, SagaState};
use serde_json::json;

use crate::wire::{Gate, Trouble, unavailable};
use crate::world::{World, forward, order, saga_id};

fn row(machine: &str, id: &str) -> OutboxRow {
    OutboxRow {
        run: id.parse().unwrap(),
        machine: machine.into(),
        saga: saga_id(id),
        input: "{}".into(),
        created: Default::default(),
        engine: None,
        claimed_until: None,
    }
}

#[test]
fn rows_are_started_in_the_order_in_which_they_were_written() {
    let world = World::new();
    for id in ["c", "a", "b"] {
        world.place(id);
    }
    assert_eq!(world.relay().started, ["c", "a", "b"].map(forward));
    assert_eq!(world.outbox(), []);
    assert_eq!(world.relay(), Relayed::default());
}

#[test]
fn a_row_is_deleted_only_after_its_start_was_answered() {
    let world = World::new();
    world.place("o");
    let gate = Arc::new(Gate::default());
    world.wire.script([Trouble::Hold(gate.clone())]);
    let look = async {
        gate.arrival().await;
        assert_eq!(world.outbox(), [forward("o")], "the start is under way");
        gate.open();
    };
    let (relayed, ()) = world.run(async { tokio::join!(relay(world.store(), &world.wire), look) });
    assert_eq!(relayed.unwrap().started, [forward("o")]);
    assert_eq!(world.outbox(), []);
}

#[test]
fn a_start_that_does_not_arrive_stays_in_the_outbox() {
    let world = World::new();
    world.place("o");
    world.wire.script([Trouble::LoseRequest]);
    let relayed = world.run(relay(world.store(), &world.wire));
    assert_eq!(relayed, Err(RelayError::StepFunctions(unavailable())));
    assert_eq!(world.outbox(), [forward("o")]);
    assert_eq!(world.describe(&forward("o")), None);
    assert_eq!(world.relay().started, [forward("o")]);
    world.wait_for_end(&forward("o"));
    assert_eq!(world.state("o"), SagaState::Committed);
}

#[test]
fn a_start_whose_answer_was_lost_is_repeated_and_starts_nothing_new() {
    for ended in [false, true] {
        let world = World::new();
        world.place("o");
        world.wire.script([Trouble::LoseAnswer]);
        assert!(world.run(relay(world.store(), &world.wire)).is_err());
        assert_eq!(world.outbox(), [forward("o")]);
        if ended {
            // The verdict is there: the row is taken away without a start.
            world.wait_for_end(&forward("o"));
            assert_eq!(world.relay(), Relayed::default());
        } else {
            assert_eq!(world.relay().started, [forward("o")]);
            world.wait_for_end(&forward("o"));
        }
        assert_eq!(world.outbox(), []);
        assert!(world.rows("o").iter().all(|row| row.attempts == 1), "ended {ended}");
    }
}

#[test]
fn an_order_with_a_verdict_is_never_started() {
    let mut world = World::new();
    world.place("o");
    world.wire.script([Trouble::LoseAnswer]);
    assert!(world.run(relay(world.store(), &world.wire)).is_err());
    world.wait_for_end(&forward("o"));
    // A name is free again once Step Functions has forgotten its execution.
    world.amnesia();
    assert_eq!(world.relay(), Relayed::default());
    assert_eq!((world.outbox(), world.describe(&forward("o"))), (vec![], None));
}

#[test]
fn a_name_that_is_taken_by_another_input_is_an_alarm_and_loses_nothing() {
    let world = World::new();
    let engine = world.wire.functions().engine();
    let input = json!({ "saga_id": "z", "input_sha256": "another" });
    world.run(engine.start("trip", "a", input)).unwrap();
    for id in ["a", "b"] {
        world.place(id);
    }
    let relayed = world.relay();
    assert_eq!(relayed.started, [forward("b")], "the others are not held up");
    let reason = "an execution named a exists with another input".to_owned();
    assert_eq!(relayed.alarms, [(saga_id("a"), reason)]);
    assert_eq!(world.outbox(), [forward("a")]);
    world.wait_for_end(&forward("b"));
    assert_eq!(world.state("b"), SagaState::Committed);
    assert_eq!(world.relay().alarms.len(), 1, "the alarm lasts as long as its cause");
}

#[test]
fn rows_that_can_never_be_started_do_not_hide_those_that_can() {
    let world = World::new();
    world.change(|tx| {
        (0..1100).try_for_each(|number| tx.insert_outbox(&row("no_such_machine", &number.to_string())))
    });
    world.place("o");
    let relayed = world.relay();
    assert_eq!((relayed.started, relayed.alarms.len()), (vec![forward("o")], 1100));
}

#[test]
fn two_relays_at_once_start_every_execution_once() {
    let world = World::new();
    for id in ["a", "b", "c"] {
        assert!(world.try_place(&order(id)).is_ok());
    }
    let (store, wire) = (world.store(), &world.wire);
    let (first, second) = world.run(async { tokio::join!(relay(store, wire), relay(store, wire)) });
    assert!(first.is_ok() && second.is_ok());
    for id in ["a", "b", "c"] {
        world.wait_for_end(&forward(id));
        assert!(world.rows(id).iter().all(|row| row.attempts == 1), "{id}");
    }
}
