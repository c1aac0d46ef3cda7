//! `notify`: best effort, never before the charge, and corrected when it turns out to be untrue.

use std::time::Duration;

use amends_adapters::books::EffectKind::{Captured, CorrectionSent, Prepared, Refunded, Sent, Synced};
use amends_saga::TaskErrorKind as Kind;
use amends_store::{LedgerStatus, SagaState};

use crate::shop::{NewOrder, Shop};
use crate::walk::End;

fn sell_to(email: &'static str, sku: &'static str) -> (Shop, End) {
    let shop = Shop::with(&[(sku, 100, 10)]);
    let end = shop.sell(&NewOrder { email, ..NewOrder::of(&[(sku, 1)]) });
    (shop, end)
}

#[test]
fn a_notice_that_bounces_does_not_stop_the_saga_and_is_not_owed() {
    let (shop, end) = sell_to("ada@bounce.example", "cup");
    assert_eq!((end, shop.state()), (End::Succeeded, SagaState::Committed));
    assert_eq!(shop.effects(), [Prepared, Captured, Synced]);
    assert_eq!(shop.status("notify"), LedgerStatus::Refused);
    assert_eq!(shop.read(|tx| tx.owed_rows(None, 10)), []);
}

#[test]
fn a_notice_that_could_not_be_sent_is_owed_and_sent_once_it_can() {
    let shop = Shop::with(&[("cup", 100, 10)]);
    shop.let_notices_fail(true);
    assert_eq!(shop.sell(&NewOrder::of(&[("cup", 1)])), End::Succeeded);
    assert_eq!(shop.state(), SagaState::Committed);
    assert_eq!(shop.effects(), [Prepared, Captured, Synced]);
    let owed = shop.read(|tx| tx.owed_rows(None, 10));
    assert_eq!(owed.iter().map(|row| row.step.as_str()).collect::<Vec<_>>(), ["notify"]);
    assert_eq!(shop.deliver_notice().unwrap_err().kind, Kind::Transient);
    shop.let_notices_fail(false);
    for _ in 0..2 {
        shop.deliver_notice().unwrap();
        assert_eq!(shop.effects(), [Prepared, Captured, Synced, Sent]);
    }
    assert_eq!(shop.read(|tx| tx.owed_rows(None, 10)), []);
}

#[test]
fn a_notice_whose_replies_are_lost_is_sent_once_however_often_it_is_delivered() {
    let (shop, end) = sell_to("ada@lost-replies.example", "cup");
    assert_eq!((end, shop.state()), (End::Succeeded, SagaState::Committed));
    assert_eq!(shop.deliver_notice().unwrap_err().kind, Kind::Unknown);
    assert_eq!(shop.effects(), [Prepared, Captured, Sent, Synced]);
}

#[test]
fn a_notice_whose_first_reply_is_lost_or_slow_is_sent_once() {
    for email in ["ada@lost.example", "ada@slow.example", "ada@busy.example", "ada@error.example"] {
        let (shop, end) = sell_to(email, "cup");
        assert_eq!((end, shop.state()), (End::Succeeded, SagaState::Committed), "{email}");
        assert_eq!(shop.effects(), [Prepared, Captured, Sent, Synced], "{email}");
    }
}

#[test]
fn a_correction_goes_out_only_if_a_notice_did_or_may_have() {
    let effects = |email| sell_to(email, "SANDBOX-SYNC-REFUSED").0.effects();
    assert_eq!(effects("ada@example.com"), [Prepared, Captured, Sent, CorrectionSent, Refunded]);
    assert_eq!(effects("ada@bounce.example"), [Prepared, Captured, Refunded]);
    assert_eq!(effects("ada@down.example"), [Prepared, Captured, Refunded]);
}

#[test]
fn no_correction_goes_out_for_a_notice_that_is_proven_not_sent() {
    let shop = Shop::with(&[("cup", 100, 10)]);
    let id = shop.take_in(&NewOrder::of(&[("cup", 1)]));
    for step in ["order", "reserve_stock", "charge"] {
        shop.walk(&id).execute_once(step).unwrap();
    }
    shop.let_notices_fail(true);
    assert_eq!(shop.walk(&id).execute_once("notify").unwrap_err().kind, Kind::Transient);
    shop.let_notices_fail(false);
    assert_ne!(shop.walk(&id).unwind(3), End::Succeeded);
    assert_eq!(shop.effects(), [Prepared, Captured, Refunded]);
    assert_eq!(shop.status("notify"), LedgerStatus::Undone);
}

#[test]
fn a_correction_that_cannot_be_sent_does_not_stop_the_refund_and_is_no_stuck_verdict() {
    let (shop, end) = sell_to("ada@lost-replies.example", "SANDBOX-SYNC-REFUSED");
    assert!(matches!(end, End::Failed(error, _) if error == "Saga.Compensated"));
    assert_eq!(shop.effects(), [Prepared, Captured, Sent, CorrectionSent, Refunded]);
    assert_eq!(shop.status("notify"), LedgerStatus::Parked);
    assert_eq!(shop.state(), SagaState::Compensated);
}

#[test]
fn no_notice_is_sent_for_an_order_that_was_not_paid() {
    let shop = Shop::with(&[("cup", 100, 10)]);
    shop.sell(&NewOrder { payment_method: "pm_card_chargeDeclined", ..NewOrder::of(&[("cup", 1)]) });
    assert_eq!(shop.effects(), [Prepared]);
    assert_eq!(shop.deliver_notice().unwrap_err().kind, Kind::Cancelled);
}

#[test]
fn a_notice_whose_key_the_provider_has_forgotten_is_looked_for_and_not_repeated() {
    let shop = Shop::with(&[("cup", 100, 10)]);
    let id = shop.take_in(&NewOrder { email: "ada@lost.example", ..NewOrder::of(&[("cup", 1)]) });
    for step in ["order", "reserve_stock", "charge"] {
        shop.walk(&id).execute_once(step).unwrap();
    }
    assert_eq!(shop.walk(&id).execute_once("notify").unwrap_err().kind, Kind::Unknown);
    shop.clock.jump(Duration::from_secs(25 * 60 * 60));
    shop.walk(&id).execute_once("notify").unwrap();
    assert_eq!(shop.effects(), [Prepared, Captured, Sent]);
}

#[test]
fn a_correction_whose_key_the_provider_has_forgotten_is_looked_for_and_not_repeated() {
    let shop = Shop::with(&[("cup", 100, 10)]);
    let id = shop.take_in(&NewOrder { email: "ada@lost-replies.example", ..NewOrder::of(&[("cup", 1)]) });
    for step in ["order", "reserve_stock", "charge"] {
        shop.walk(&id).execute_once(step).unwrap();
    }
    assert_eq!(shop.walk(&id).execute_once("notify").unwrap_err().kind, Kind::Unknown);
    assert_eq!(shop.walk(&id).compensate_once("notify").unwrap_err().kind, Kind::Unknown);
    shop.clock.jump(Duration::from_secs(25 * 60 * 60));
    shop.walk(&id).compensate_once("notify").unwrap();
    assert_eq!(shop.effects(), [Prepared, Captured, Sent, CorrectionSent]);
}
