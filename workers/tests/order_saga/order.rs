//! `order`: what is frozen, and at whose prices.

use amends_adapters::books::EffectKind::{Captured, Sent, Synced};
use amends_store::{LedgerStatus, OrderStatus, PricedLine, SagaState};

use crate::shop::{NewOrder, Shop};
use crate::walk::End;

fn captured(shop: &Shop) -> Vec<i64> {
    let entries = shop.entries().into_iter().filter(|entry| entry.effect == Captured);
    entries.map(|entry| entry.amount.unwrap().minor).collect()
}

#[test]
fn the_prices_are_the_catalogues() {
    let shop = Shop::with(&[("cup", 1_250, 10), ("pot", 4_000, 3)]);
    shop.sell(&NewOrder::of(&[("cup", 2), ("pot", 1)]));
    let line =
        |sku: &str, quantity, unit_price_minor| PricedLine { sku: sku.into(), quantity, unit_price_minor };
    let order = shop.order();
    assert_eq!(order.priced, [line("cup", 2, 1_250), line("pot", 1, 4_000)]);
    assert_eq!(order.total.unwrap().minor, 6_500);
    assert_eq!(captured(&shop), [6_500]);
}

#[test]
fn a_product_in_several_lines_is_reserved_and_paid_for_as_often() {
    let shop = Shop::with(&[("cup", 100, 10)]);
    assert_eq!(shop.sell(&NewOrder::of(&[("cup", 2), ("cup", 3), ("cup", 1)])), End::Succeeded);
    assert_eq!(shop.stock("cup"), (4, 0, 6));
    assert_eq!(captured(&shop), [600]);
}

#[test]
fn an_order_that_costs_nothing_is_completed_without_a_payment() {
    let shop = Shop::with(&[("flyer", 0, 10)]);
    assert_eq!(shop.sell(&NewOrder::of(&[("flyer", 5)])), End::Succeeded);
    assert_eq!(shop.effects(), [Sent, Synced]);
    assert_eq!(shop.state(), SagaState::Committed);
}

#[test]
fn an_order_that_costs_nothing_can_be_undone() {
    let shop = Shop::with(&[("SANDBOX-SYNC-REFUSED", 0, 10)]);
    assert_ne!(shop.sell(&NewOrder::of(&[("SANDBOX-SYNC-REFUSED", 5)])), End::Succeeded);
    assert_eq!(shop.state(), SagaState::Compensated);
    assert_eq!(shop.stock("SANDBOX-SYNC-REFUSED"), (10, 0, 0));
}

/// The order is refused: nothing happens at any provider and nothing is reserved.
fn check_refused(shop: &Shop, order: &NewOrder, why: &str) {
    let End::Failed(error, cause) = shop.sell(order) else { panic!("{why} was sold") };
    assert_eq!(error, "Saga.Compensated");
    assert!(cause.contains(why), "{cause}");
    assert_eq!(shop.effects(), []);
    assert_eq!(shop.state(), SagaState::Compensated);
    assert!(shop.rows().iter().all(|row| row.status == LedgerStatus::Undone));
    assert_ne!(shop.order().status, OrderStatus::Accepted);
}

#[test]
fn an_order_that_cannot_be_priced_is_refused() {
    let products = [("cup", 1_250, 10), ("planet", i64::MAX, 10)];
    let shop = || Shop::with(&products);
    check_refused(&shop(), &NewOrder::of(&[("cup", 1), ("moon", 1)]), "there is no product moon");
    let in_euro = NewOrder { currency: "EUR", ..NewOrder::of(&[("cup", 1)]) };
    check_refused(&shop(), &in_euro, "sold in USD, not in EUR");
    check_refused(&shop(), &NewOrder::of(&[("planet", 2)]), "total");
    check_refused(&shop(), &NewOrder::of(&[("planet", 1), ("cup", 1)]), "total");
}

#[test]
fn an_undone_order_is_cancelled_and_stays() {
    let shop = Shop::with(&[("cup", 1_250, 10)]);
    shop.sell(&NewOrder { payment_method: "pm_card_chargeDeclined", ..NewOrder::of(&[("cup", 2)]) });
    let order = shop.order();
    assert_eq!(order.status, OrderStatus::Cancelled);
    assert_eq!(order.total.unwrap().minor, 2_500);
}
