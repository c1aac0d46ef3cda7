//! Which execution is responsible for a saga.

use amends_coordinator::execution_of;

use crate::world::{World, forward, unwind};

#[test]
fn the_forward_execution_is_responsible_until_the_saga_names_another() {
    let world = World::new();
    world.place("o");
    let mut saga = world.saga("o");
    assert_eq!(execution_of(&saga, &world.kind), forward("o"));
    saga.unwinder = Some(saga.id.forward_run());
    assert_eq!(execution_of(&saga, &world.kind), forward("o"), "it unwinds itself");
    saga.unwinder = Some(saga.id.unwind_run(2));
    assert_eq!(execution_of(&saga, &world.kind), unwind("o", 2));
}

#[test]
fn an_order_that_is_named_like_an_unwind_is_another_execution() {
    let world = World::new();
    for id in ["o", "o-1"] {
        world.place(id);
    }
    let mut saga = world.saga("o");
    saga.unwinder = Some(saga.id.unwind_run(1));
    let other = execution_of(&world.saga("o-1"), &world.kind);
    assert_eq!(execution_of(&saga, &world.kind).run, other.run);
    assert_ne!(execution_of(&saga, &world.kind), other);
}
