//! Stores and books of more than a page.

use amends_adapters::books::EffectKind;
use amends_store::SagaRow;

use crate::shop::{Shop, order, violations};

/// More than a page of sagas, of products and of book entries.
const MANY: usize = 1100;

#[test]
fn every_saga_product_and_effect_of_many_pages_is_looked_at_once() {
    let shop = Shop::new();
    shop.stock("book", 1999, 9, 9);
    let ids: Vec<String> = (0..MANY).map(|number| format!("o{number:04}")).collect();
    for id in &ids {
        shop.place(&order(id, "book", "pm_card_visa", "shop.example"));
        shop.stock(&format!("sku {id}"), 1, 1, 1);
    }
    shop.enter(ids, EffectKind::Synced);
    // One effect of no saga beside each.
    shop.enter((0..MANY).map(|number| format!("o{number:04}x")).collect(), EffectKind::Synced);
    let report = shop.audit();
    let many = MANY as u64;
    assert_eq!((report.sagas, report.open, report.products), (many, many, many + 1));
    assert_eq!((report.effects, report.violations()), (2 * many, many));
    for invariant in &report.invariants {
        let more = match invariant.id {
            "S10" => report.products,
            "S17" => many,
            _ => 0,
        };
        assert_eq!(invariant.checked, many + more, "{}", invariant.id);
    }
}

#[test]
fn all_violations_are_counted_and_the_first_are_told() {
    let shop = Shop::new();
    shop.change(|tx| {
        (0..MANY).try_for_each(|number| {
            let (id, now) = (format!("o{number:04}").parse().unwrap(), tx.now());
            tx.insert_saga(&SagaRow::new(id, "order_saga", serde_json::Value::Null, now, now))
        })
    });
    let report = shop.audit();
    assert_eq!(report.violations(), MANY as u64);
    let told = violations(&report);
    assert_eq!(told.len(), 100);
    assert_eq!(told[0], "S17 o0000: the saga has no order");
}

#[test]
fn an_empty_store_has_no_violation() {
    let report = Shop::new().audit();
    assert_eq!((report.sagas, report.products, report.effects, report.violations()), (0, 0, 0, 0));
}
