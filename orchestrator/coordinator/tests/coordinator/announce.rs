//! Ends are told at least once, and no more once they were taken.

use std::sync::Mutex;

use amends_coordinator::NewOrder;
use amends_coordinator::{Announced, Announcer, Placing, SagaEnd, SagaHome, announce_ends, place};
use amends_types::BoxFuture;

use crate::world::{World, forward, order};

/// Takes what it is told, unless it is to fail so often first.
#[derive(Default)]
struct Receiver {
    fails: Mutex<usize>,
    told: Mutex<Vec<SagaEnd>>,
}

impl Announcer for Receiver {
    fn announce<'a>(&'a self, end: &'a SagaEnd) -> BoxFuture<'a, Result<(), String>> {
        let mut fails = self.fails.lock().unwrap();
        let answer = if *fails > 0 {
            *fails -= 1;
            Err("503".to_owned())
        } else {
            self.told.lock().unwrap().push(end.clone());
            Ok(())
        };
        Box::pin(async move { answer })
    }
}

fn begin(world: &World, id: &str, announce: bool) {
    let new = NewOrder::from_json(order(id).to_string().as_bytes()).unwrap();
    let placing = Placing { home: SagaHome { engine: None, announce }, ..Placing::default() };
    world.run(place(world.store(), &world.kind, new, placing)).unwrap();
    world.relay();
    world.wait_for_end(&forward(id));
}

fn announce(world: &World, receiver: &Receiver) -> Announced {
    world.run(announce_ends(world.store(), receiver)).unwrap()
}

#[test]
fn an_end_is_told_until_it_is_taken_and_then_no_more() {
    let world = World::new();
    let receiver = Receiver { fails: Mutex::new(1), ..Receiver::default() };
    begin(&world, "asked", true);
    begin(&world, "not-asked", false);
    let failed = announce(&world, &receiver);
    assert_eq!((failed.told, failed.failed[0].1.as_str()), (0, "503"));
    assert_eq!(announce(&world, &receiver).told, 1);
    assert_eq!(announce(&world, &receiver), Announced::default());
    let told = receiver.told.into_inner().unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].order_id.as_str(), told[0].status), ("asked", "completed"));
}

#[test]
fn a_saga_that_has_not_ended_is_not_told_of() {
    let world = World::new();
    let new = NewOrder::from_json(order("o").to_string().as_bytes()).unwrap();
    let placing = Placing { home: SagaHome { engine: None, announce: true }, ..Placing::default() };
    world.run(place(world.store(), &world.kind, new, placing)).unwrap();
    assert_eq!(announce(&world, &Receiver::default()), Announced::default());
}
