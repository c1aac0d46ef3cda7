//! `reserve_stock`: all lines, or none.

use amends_store::SagaState;

use crate::shop::{NewOrder, Shop};
use crate::walk::End;

fn assert_compensated(end: &End, why: &str) {
    let End::Failed(error, cause) = end else { panic!("it was sold") };
    assert_eq!(error, "Saga.Compensated");
    assert!(cause.contains(why), "{cause}");
}

#[test]
fn when_one_line_is_short_nothing_is_reserved() {
    let shop = Shop::with(&[("cup", 100, 10), ("pot", 100, 1), ("tea", 100, 10)]);
    let end = shop.sell(&NewOrder::of(&[("tea", 1), ("pot", 2), ("cup", 1)]));
    assert_compensated(&end, "pot is out of stock");
    for sku in ["cup", "tea"] {
        assert_eq!(shop.stock(sku), (10, 0, 0));
    }
    assert_eq!(shop.stock("pot"), (1, 0, 0));
    assert_eq!(shop.effects(), []);
}

#[test]
fn lines_of_one_product_are_short_together() {
    let shop = Shop::with(&[("cup", 100, 5)]);
    assert_compensated(&shop.sell(&NewOrder::of(&[("cup", 3), ("cup", 3)])), "cup is out of stock");
    assert_eq!(shop.stock("cup"), (5, 0, 0));
}

#[test]
fn the_last_item_can_be_sold() {
    let shop = Shop::with(&[("cup", 100, 3)]);
    assert_eq!(shop.sell(&NewOrder::of(&[("cup", 3)])), End::Succeeded);
    assert_eq!(shop.stock("cup"), (0, 0, 3));
}

#[test]
fn what_a_failed_order_held_is_free_for_the_next() {
    let shop = Shop::with(&[("cup", 100, 3)]);
    let declined = NewOrder {
        id: "order-2".into(),
        payment_method: "pm_card_chargeDeclined",
        ..NewOrder::of(&[("cup", 3)])
    };
    assert_compensated(&shop.sell(&declined), "card_declined");
    assert_eq!(shop.stock("cup"), (3, 0, 0));
    assert_eq!(shop.sell(&NewOrder::of(&[("cup", 3)])), End::Succeeded);
    assert_eq!((shop.stock("cup"), shop.state()), ((0, 0, 3), SagaState::Committed));
}
