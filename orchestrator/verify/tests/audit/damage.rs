//! What is wrong with store or books is found, and named after what it is wrong with.

use std::time::Duration;

use amends_adapters::books::EffectKind;
use amends_store::{ReservationRow, SagaRow};
use serde_json::json;

use crate::shop::{Shop, order, violations};

/// A shop in which the orders `b` and `d` are committed.
fn shop() -> Shop {
    let shop = Shop::new();
    shop.stock("book", 1999, 9, 9);
    for id in ["b", "d"] {
        shop.place(&order(id, "book", "pm_card_visa", "shop.example"));
    }
    shop.relay();
    shop.pass(Duration::from_secs(1));
    let report = shop.audit();
    assert_eq!((report.sagas, report.states["committed"], report.open), (2, 2, 0));
    assert_eq!((report.products, violations(&report)), (1, vec![]));
    shop
}

#[test]
fn effects_of_no_saga_are_found_before_between_and_after_those_of_sagas() {
    let shop = shop();
    let before = shop.audit().effects;
    let references = ["a", "c", "d-1", "z"];
    shop.enter(references.map(String::from).to_vec(), EffectKind::Synced);
    let report = shop.audit();
    let expected =
        references.map(|of| format!("S17 {of}: the books show synced for a reference that is no saga"));
    assert_eq!(violations(&report), expected);
    assert_eq!(report.effects, before + 4);
}

#[test]
fn an_effect_too_many_is_found_with_its_saga() {
    let shop = shop();
    shop.enter(vec!["d".into()], EffectKind::Reverted);
    let report = shop.audit();
    let found = [
        "S2 d: committed, but the effect of external_inventory_sync is not there".to_owned(),
        "S2 d: committed, but external_inventory_sync was undone".to_owned(),
        "S6 d: reverted of an object on which this saga had done nothing before".to_owned(),
    ];
    assert_eq!(violations(&report), found);
    assert_eq!(report.violations(), 3);
}

#[test]
fn an_order_without_a_saga_is_found() {
    let shop = shop();
    shop.change(|tx| {
        let order = tx.order(&"b".parse().unwrap())?.unwrap();
        tx.insert_order(&amends_store::OrderRow { id: "lonely".parse().unwrap(), ..order })
    });
    assert_eq!(violations(&shop.audit()), ["S17 lonely: the order has no saga"]);
}

#[test]
fn a_saga_without_an_order_is_found() {
    let shop = shop();
    shop.change(|tx| {
        let now = tx.now();
        tx.insert_saga(&SagaRow::new("lonely".parse().unwrap(), "order_saga", json!({}), now, now))
    });
    assert_eq!(violations(&shop.audit()), ["S17 lonely: the saga has no order"]);
}

#[test]
fn a_saga_whose_definition_is_not_known_is_found_and_its_effects_are_not_taken_for_others() {
    let shop = shop();
    shop.change(|tx| {
        let now = tx.now();
        tx.insert_saga(&SagaRow::new("trip".parse().unwrap(), "journey", json!({}), now, now))
    });
    shop.enter(vec!["trip".into()], EffectKind::Synced);
    let found = ["S1 trip: its definition \"journey\" is not known to this version"];
    assert_eq!(violations(&shop.audit()), found);
}

#[test]
fn stock_that_does_not_add_up_is_found_with_its_product() {
    let shop = shop();
    shop.stock("lost", 1, 9, 8);
    // More than there are: nothing overflows.
    shop.stock("endless", 1, 0, 0);
    shop.change(|tx| {
        let (saga, sku) = ("b".parse().unwrap(), "endless".to_owned());
        let quantity = amends_store::MAX_STOCK;
        tx.insert_reservation(&ReservationRow { saga, sku, quantity, released: false })
    });
    let found = [
        "S10 b: {\"book\": 1} was asked for, and {\"book\": 1, \"endless\": 9223372036854775807} reserved",
        "S10 endless: 0 free + 0 reserved + 9223372036854775807 sold is not the 0 stocked",
        "S10 lost: 8 free + 0 reserved + 0 sold is not the 9 stocked",
    ];
    assert_eq!(violations(&shop.audit()), found);
}

#[test]
fn open_sagas_are_held_only_to_what_always_holds() {
    let shop = shop();
    shop.place(&order("open", "book", "pm_card_visa", "shop.example"));
    let report = shop.audit();
    assert_eq!((report.open, report.states["forward"], violations(&report)), (1, 1, vec![]));
    for (effect, times) in [(EffectKind::Synced, 1), (EffectKind::Reverted, 1)] {
        shop.enter(vec!["open".into(); times], effect);
    }
    assert_eq!(violations(&shop.audit()), [""; 0]);
    shop.enter(vec!["open".into()], EffectKind::Synced);
    assert_eq!(violations(&shop.audit()), ["S3 open: synced 2 times"]);
}
