//! Deadlines after a time in which nothing could run.

use amends_coordinator::{Swept, extend_deadlines};
use amends_saga::Op;
use amends_store::SagaRow;
use serde_json::json;

use crate::worker::Lost;
use crate::world::{World, forward, saga_id};

fn extend(world: &World) -> usize {
    world.run(extend_deadlines(world.store(), &world.kind, None)).unwrap()
}

#[test]
fn a_saga_without_a_verdict_gets_its_full_time_again() {
    let world = World::with_time_limit(10);
    world.worker.lose("book", Op::Execute, [Lost::Request]);
    world.begin("o");
    let before = world.saga("o").deadline;
    world.pass(30);
    assert_eq!(extend(&world), 1);
    assert!(world.saga("o").deadline.since(before).as_secs() >= 29);
    assert_eq!(world.sweep(), Swept { running: vec![forward("o")], ..Swept::default() });
}

#[test]
fn a_deadline_that_is_later_is_not_brought_forward() {
    let mut world = World::new();
    world.place("o");
    let before = world.saga("o");
    world.kind.time_limit = std::time::Duration::from_secs(1);
    assert_eq!((extend(&world), world.saga("o")), (0, before));
}

#[test]
fn sagas_with_a_verdict_and_those_of_another_kind_are_left_as_they_are() {
    let world = World::new();
    world.begin("done");
    world.wait_for_end(&forward("done"));
    world.change(|tx| {
        let now = tx.now();
        tx.insert_saga(&SagaRow::new(saga_id("foreign"), "journey", json!({}), now, now))
    });
    let before = ["done", "foreign"].map(|id| world.saga(id));
    world.pass(100_000);
    assert_eq!(extend(&world), 0);
    assert_eq!(["done", "foreign"].map(|id| world.saga(id)), before);
}
