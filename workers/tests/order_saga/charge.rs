//! `charge`: whatever the provider does, at most one capture, and given back when the saga is undone.

use std::time::Duration;

use amends_adapters::books::EffectKind::{
    self, Canceled, Captured, CorrectionSent, Prepared, Refunded, Sent, Synced,
};
use amends_saga::TaskErrorKind as Kind;
use amends_store::{LedgerStatus, SagaState};

use crate::shop::{NewOrder, Shop};
use crate::walk::End;

/// Sells two cups for this amount each, paid so, and checks what happened at the providers.
fn check(payment_method: &'static str, price_minor: i64, expected: &[EffectKind]) -> Shop {
    let shop = Shop::with(&[("cup", price_minor, 10)]);
    let order = NewOrder { payment_method, ..NewOrder::of(&[("cup", 1)]) };
    let end = shop.sell(&order);
    assert_eq!(shop.effects(), expected, "{payment_method}: {end:?}");
    let committed = expected.contains(&Synced);
    assert_eq!(end == End::Succeeded, committed, "{payment_method}: {end:?}");
    let (state, stock) =
        if committed { (SagaState::Committed, (9, 0, 1)) } else { (SagaState::Compensated, (10, 0, 0)) };
    assert_eq!((shop.state(), shop.stock("cup")), (state, stock), "{payment_method}");
    shop
}

const SOLD: [EffectKind; 4] = [Prepared, Captured, Sent, Synced];

#[test]
fn a_declined_card_undoes_everything() {
    let shop = check("pm_card_chargeDeclined", 100, &[Prepared]);
    let charge = &shop.rows()[2];
    assert_eq!((charge.status, charge.in_doubt), (LedgerStatus::Undone, false));
    assert_eq!(shop.saga().reason.unwrap(), "charge: rejected: declined by the provider: card_declined");
}

#[test]
fn an_unknown_payment_method_undoes_everything() {
    check("pm_no_such_card", 100, &[]);
}

#[test]
fn a_lost_reply_is_found_by_the_repeat_and_captured_once() {
    check("pm_sandbox_lostReply", 100, &SOLD);
}

#[test]
fn a_success_after_the_time_limit_is_found_by_the_repeat_and_captured_once() {
    check("pm_sandbox_slowSuccess", 100, &SOLD);
}

#[test]
fn a_server_error_is_asked_again_whether_or_not_it_captured() {
    check("pm_sandbox_serverError", 100, &SOLD);
    check("pm_sandbox_serverError", 101, &SOLD);
}

#[test]
fn a_provider_that_is_down_for_a_while_is_waited_for() {
    check("pm_sandbox_downForAWhile", 100, &SOLD);
}

#[test]
fn a_provider_that_stays_down_undoes_everything() {
    check("pm_sandbox_down", 100, &[]);
}

#[test]
fn a_capture_whose_replies_are_all_lost_is_refunded() {
    let shop = check("pm_sandbox_lostReplies", 100, &[Prepared, Captured, Refunded]);
    assert!(shop.rows()[2].in_doubt);
}

/// An order that fails at the last step, and how its refund goes.
fn undo(payment_method: &'static str) -> Shop {
    let shop = Shop::with(&[("SANDBOX-SYNC-REFUSED", 100, 10)]);
    let order = NewOrder { payment_method, ..NewOrder::of(&[("SANDBOX-SYNC-REFUSED", 1)]) };
    assert_ne!(shop.sell(&order), End::Succeeded);
    shop
}

#[test]
fn a_refund_goes_through_although_its_reply_is_lost_or_the_provider_is_down() {
    for payment_method in ["pm_sandbox_refundLostReply", "pm_sandbox_refundDownForAWhile"] {
        let shop = undo(payment_method);
        let expected = [Prepared, Captured, Sent, CorrectionSent, Refunded];
        assert_eq!(shop.effects(), expected, "{payment_method}");
        assert_eq!(shop.state(), SagaState::Compensated);
    }
}

#[test]
fn a_refund_that_fails_is_parked_and_everything_else_is_undone() {
    let shop = undo("pm_sandbox_refundFails");
    assert_eq!(shop.effects(), [Prepared, Captured, Sent, CorrectionSent]);
    assert_eq!(shop.state(), SagaState::Stuck);
    for row in shop.rows() {
        let expected = if row.step == "charge" { LedgerStatus::Parked } else { LedgerStatus::Undone };
        assert_eq!(row.status, expected, "{}", row.step);
    }
    assert_eq!(shop.stock("SANDBOX-SYNC-REFUSED"), (10, 0, 0));
}

#[test]
fn a_capture_under_way_when_the_order_is_cancelled_is_refunded_and_never_captured_later() {
    let shop = Shop::with(&[("cup", 100, 10)]);
    let order = NewOrder { payment_method: "pm_sandbox_slowSuccess", ..NewOrder::of(&[("cup", 1)]) };
    let id = shop.take_in(&order);
    let walk = shop.walk(&id);
    for step in ["order", "reserve_stock"] {
        walk.execute_once(step).unwrap();
    }
    walk.execute_once("charge").unwrap_err();
    assert_eq!(shop.effects(), [Prepared]);
    assert_ne!(walk.unwind(2), End::Succeeded);
    assert_eq!(shop.effects(), [Prepared, Canceled]);
    shop.clock.jump(Duration::from_secs(60));
    shop.let_late_requests_arrive();
    assert_eq!(shop.effects(), [Prepared, Canceled]);
    assert_eq!(shop.state(), SagaState::Compensated);
}

#[test]
fn a_capture_whose_key_the_provider_has_forgotten_is_looked_for_and_not_taken_for_refused() {
    let shop = Shop::with(&[("cup", 100, 10)]);
    let payment_method = "pm_sandbox_lostReply";
    let id = shop.take_in(&NewOrder { payment_method, ..NewOrder::of(&[("cup", 1)]) });
    for step in ["order", "reserve_stock"] {
        shop.walk(&id).execute_once(step).unwrap();
    }
    assert_eq!(shop.walk(&id).execute_once("charge").unwrap_err().kind, Kind::Unknown);
    shop.clock.jump(Duration::from_secs(25 * 60 * 60));
    shop.walk(&id).execute_once("charge").unwrap();
    assert_eq!(shop.effects(), [Prepared, Captured]);
}
