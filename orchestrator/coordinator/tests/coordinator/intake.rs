//! Intake: an order is taken once, or not at all.

use amends_coordinator::{PlaceError, Placed, Placing, find_saga, place};
use amends_store::{OutboxRow, SagaRow, SagaState};
use serde_json::{Value, json};

use crate::world::{World, forward, order, saga_id};

fn with(order: &Value, pointer: &str, value: Value) -> Value {
    let mut order = order.clone();
    *order.pointer_mut(pointer).unwrap() = value;
    order
}

/// Nothing at all is kept of this order.
#[track_caller]
fn assert_unknown(world: &World, id: &str) {
    let id = saga_id(id);
    let rows = world.read(move |tx| Ok((tx.order(&id)?, tx.saga(&id, amends_store::SagaLock::None)?)));
    assert_eq!(rows, (None, None));
    assert_eq!(world.outbox(), []);
}

#[test]
fn an_order_is_placed_once_and_a_repeat_with_the_same_body_answers_its_saga() {
    let world = World::new();
    let Ok(Placed::New(row)) = world.try_place(&order("o")) else { panic!("the order is new") };
    let saga = world.saga("o");
    assert_eq!((row.run.as_str(), row.machine.as_str()), ("o", "trip"));
    let input: Value = serde_json::from_str(&row.input).unwrap();
    assert_eq!(input, json!({ "saga_id": "o", "input_sha256": saga.input_sha256 }));
    assert_eq!(saga.deadline, saga.created.plus(world.kind.time_limit));
    assert_eq!(saga.state, SagaState::Forward);
    world.pass(5);
    let repeated = world.try_place(&order("o"));
    assert_eq!(repeated, Ok(Placed::Repeated(Box::new(saga))));
    assert_eq!(world.outbox(), [forward("o")]);
}

#[test]
fn a_repeat_after_the_end_answers_the_verdict_and_starts_nothing() {
    let world = World::new();
    world.begin("o");
    world.wait_for_end(&forward("o"));
    let Ok(Placed::Repeated(saga)) = world.try_place(&order("o")) else { panic!("the order is there") };
    assert_eq!(saga.state, SagaState::Committed);
    assert_eq!(world.outbox(), []);
}

#[test]
fn a_repeat_with_another_body_is_a_conflict_and_changes_nothing() {
    let world = World::new();
    world.place("o");
    let before = world.saga("o");
    for (pointer, value) in [
        ("/customer/email", json!("grace@example.com")),
        ("/customer/id", json!("c-2")),
        ("/lines/0/quantity", json!(3)),
        ("/payment_method", json!("pm_card_amex")),
    ] {
        let other = world.try_place(&with(&order("o"), pointer, value));
        assert_eq!(other, Err(PlaceError::Conflict), "{pointer}");
    }
    assert_eq!(world.saga("o"), before);
    assert_eq!(world.outbox(), [forward("o")]);
}

#[test]
fn an_order_that_the_catalogue_cannot_serve_is_rejected_and_nothing_is_kept() {
    let world = World::new();
    world.add_product("palace", i64::MAX / 2);
    let check = |pointer: &str, value: Value, expected: &str| {
        let placed = world.try_place(&with(&order("o"), pointer, value));
        let Err(PlaceError::Invalid(reason)) = placed else { panic!("{placed:?}") };
        assert!(reason.to_string().contains(expected), "{reason}");
        assert_unknown(&world, "o");
    };
    check("/lines/0/sku", json!("unicorn"), "there is no product \"unicorn\"");
    check("/currency", json!("EUR"), "sold in USD, the order is in EUR");
    check("/lines/0", json!({ "sku": "palace", "quantity": 3 }), "the order's total");
    let two = json!([{ "sku": "palace", "quantity": 2 }, { "sku": "palace", "quantity": 1 }]);
    check("/lines", two, "the order's total");
}

#[test]
fn order_saga_and_outbox_row_appear_together_or_not_at_all() {
    // Whichever of the later two cannot be written, the earlier ones are gone too.
    let world = World::new();
    let saga = SagaRow::new(saga_id("a"), "trip", json!({}), Default::default(), Default::default());
    let outbox = OutboxRow {
        run: "b".parse().unwrap(),
        machine: "trip".into(),
        saga: saga_id("b"),
        input: "{}".into(),
        created: Default::default(),
        engine: None,
        claimed_until: None,
    };
    world.change(move |tx| {
        tx.insert_saga(&saga)?;
        tx.insert_outbox(&outbox)
    });
    for id in ["a", "b"] {
        assert!(matches!(world.try_place(&order(id)), Err(PlaceError::Store(_))), "{id}");
        let id = saga_id(id);
        assert_eq!(world.read(move |tx| tx.order(&id)), None);
    }
    assert_eq!(world.run(find_saga(world.store(), &saga_id("b"))), Ok(None));
    assert_eq!(world.outbox(), [forward("b")]);
}

#[test]
fn of_two_who_place_one_order_at_once_one_places_it() {
    let world = World::new();
    let text = order("o").to_string();
    let read = || amends_coordinator::NewOrder::from_json(text.as_bytes()).unwrap();
    let (store, kind) = (world.store(), &world.kind);
    let (first, second) = world.run(async {
        tokio::join!(
            place(store, kind, read(), Placing::default()),
            place(store, kind, read(), Placing::default())
        )
    });
    assert!(matches!(first, Ok(Placed::New(_))));
    assert!(matches!(second, Ok(Placed::Repeated(_))));
}

#[test]
fn the_input_of_an_execution_holds_nothing_personal() {
    let world = World::new();
    world.place("o");
    let saga = world.saga("o");
    let input = world.read(|tx| tx.outbox(1)).remove(0).input;
    for personal in ["ada", "example.com", "c-1", "pm_card"] {
        assert!(!input.contains(personal) && !saga.input.to_string().contains(personal), "{input}");
    }
}
