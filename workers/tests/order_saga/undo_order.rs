//! The order of undos: the failing step first, then the earlier ones in reverse.

use amends_store::{LedgerStatus, SagaState};

use crate::shop::{NewOrder, Shop};

/// The steps in the order in which they were undone.
fn undone_in_order(shop: &Shop) -> Vec<String> {
    let mut rows = shop.rows();
    assert!(rows.iter().all(|row| row.status == LedgerStatus::Undone));
    rows.sort_by_key(|row| row.settled);
    rows.into_iter().map(|row| row.step).collect()
}

#[test]
fn a_refused_sync_is_undone_and_then_everything_before_it_in_reverse() {
    let shop = Shop::with(&[("SANDBOX-SYNC-REFUSED", 100, 10)]);
    shop.sell(&NewOrder::of(&[("SANDBOX-SYNC-REFUSED", 1)]));
    let expected = ["external_inventory_sync", "notify", "charge", "reserve_stock", "order"];
    assert_eq!(undone_in_order(&shop), expected);
    assert_eq!(shop.state(), SagaState::Compensated);
}

#[test]
fn after_a_declined_card_the_steps_that_never_began_get_their_tombstones_last() {
    let shop = Shop::with(&[("cup", 100, 10)]);
    shop.sell(&NewOrder { payment_method: "pm_card_chargeDeclined", ..NewOrder::of(&[("cup", 1)]) });
    let expected = ["charge", "reserve_stock", "order", "notify", "external_inventory_sync"];
    assert_eq!(undone_in_order(&shop), expected);
}
