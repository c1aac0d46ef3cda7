//! `external_inventory_sync`: the commit point.

use std::time::Duration;

use amends_adapters::books::EffectKind::{
    self, Captured, CorrectionSent, Prepared, Refunded, Reverted, Sent, Synced,
};
use amends_saga::TaskErrorKind as Kind;
use amends_store::{LedgerStatus, SagaState};

use crate::shop::{NewOrder, Shop};
use crate::walk::End;

fn sell(sku: &'static str, quantity: u32) -> (Shop, End) {
    let shop = Shop::with(&[(sku, 100, 10)]);
    let end = shop.sell(&NewOrder::of(&[(sku, quantity)]));
    (shop, end)
}

fn check_sold(sku: &'static str, quantity: u32) {
    let (shop, end) = sell(sku, quantity);
    assert_eq!(end, End::Succeeded, "{sku}");
    assert_eq!(shop.effects(), [Prepared, Captured, Sent, Synced], "{sku}");
    assert_eq!(shop.state(), SagaState::Committed, "{sku}");
}

fn check_undone(sku: &'static str, expected: &[EffectKind]) -> Shop {
    let (shop, end) = sell(sku, 1);
    assert!(matches!(end, End::Failed(error, _) if error == "Saga.Compensated"), "{sku}");
    assert_eq!(shop.effects(), expected, "{sku}");
    assert_eq!(shop.stock(sku), (10, 0, 0), "{sku}");
    shop
}

#[test]
fn a_sync_that_is_slow_lost_or_refused_for_a_while_is_recorded_once() {
    check_sold("SANDBOX-SYNC-LOST", 1);
    check_sold("SANDBOX-SYNC-SLOW", 1);
    check_sold("SANDBOX-SYNC-DOWN", 1);
    check_sold("SANDBOX-SYNC-ERROR", 1);
    check_sold("SANDBOX-SYNC-ERROR", 2);
}

#[test]
fn a_refused_sync_undoes_everything() {
    check_undone("SANDBOX-SYNC-REFUSED", &[Prepared, Captured, Sent, CorrectionSent, Refunded]);
}

#[test]
fn an_inventory_that_stays_down_undoes_everything() {
    check_undone("SANDBOX-SYNC-OFFLINE", &[Prepared, Captured, Sent, CorrectionSent, Refunded]);
}

#[test]
fn a_sync_whose_replies_are_all_lost_is_taken_back_and_everything_undone() {
    let expected = [Prepared, Captured, Sent, Synced, Reverted, CorrectionSent, Refunded];
    let shop = check_undone("SANDBOX-SYNC-LOST-REPLIES", &expected);
    assert!(shop.rows()[4].in_doubt);
}

/// An order that is cancelled while its sync is under way: the sync is done, and must be taken back.
fn cancel_after_sync(sku: &'static str) -> (Shop, End) {
    let shop = Shop::with(&[(sku, 100, 10)]);
    let id = shop.take_in(&NewOrder::of(&[(sku, 1)]));
    // Nobody has captured yet, so the sync that overtakes it does not commit the saga.
    for step in ["order", "reserve_stock", "external_inventory_sync"] {
        drop(shop.walk(&id).execute_once(step));
    }
    assert_eq!(shop.effects(), [Synced]);
    assert_eq!(shop.state(), SagaState::Forward);
    let end = shop.walk(&id).unwind(4);
    (shop, end)
}

#[test]
fn a_revert_goes_through_although_its_reply_is_lost_or_the_provider_is_down() {
    for sku in ["SANDBOX-REVERT-LOST", "SANDBOX-REVERT-DOWN"] {
        let (shop, _) = cancel_after_sync(sku);
        assert_eq!(shop.effects(), [Synced, Reverted], "{sku}");
        assert_eq!(shop.state(), SagaState::Compensated, "{sku}");
    }
}

#[test]
fn a_revert_that_is_refused_is_parked_and_everything_else_is_undone() {
    let (shop, end) = cancel_after_sync("SANDBOX-REVERT-REFUSED");
    assert!(matches!(end, End::Failed(error, _) if error == "Saga.Stuck"));
    assert_eq!(shop.status("external_inventory_sync"), LedgerStatus::Parked);
    assert_eq!(shop.stock("SANDBOX-REVERT-REFUSED"), (10, 0, 0));
}

#[test]
fn a_sync_whose_key_the_provider_has_forgotten_is_looked_for_and_not_repeated() {
    let shop = Shop::with(&[("SANDBOX-SYNC-LOST", 100, 10)]);
    let id = shop.take_in(&NewOrder::of(&[("SANDBOX-SYNC-LOST", 1)]));
    for step in ["order", "reserve_stock", "charge", "notify"] {
        shop.walk(&id).execute_once(step).unwrap();
    }
    assert_eq!(shop.walk(&id).execute_once("external_inventory_sync").unwrap_err().kind, Kind::Unknown);
    // The engine was down for longer than the key window.
    shop.clock.jump(Duration::from_secs(25 * 60 * 60));
    shop.walk(&id).execute_once("external_inventory_sync").unwrap();
    assert_eq!(shop.effects(), [Prepared, Captured, Sent, Synced]);
    assert_eq!(shop.state(), SagaState::Committed);
}
