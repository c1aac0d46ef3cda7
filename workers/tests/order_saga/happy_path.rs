//! An order for which all goes well.

use amends_adapters::books::EffectKind::{Captured, Prepared, Sent, Synced};
use amends_store::{LedgerStatus, OrderStatus, SagaState};

use crate::shop::{NewOrder, Shop};
use crate::walk::End;

#[test]
fn every_step_has_its_effect_once_and_the_saga_commits() {
    let shop = Shop::with(&[("cup", 1_250, 10), ("pot", 4_000, 3)]);
    assert_eq!(shop.sell(&NewOrder::of(&[("cup", 2), ("pot", 1)])), End::Succeeded);
    assert_eq!(shop.effects(), [Prepared, Captured, Sent, Synced]);
    assert_eq!(shop.state(), SagaState::Committed);
    assert!(shop.rows().iter().all(|row| row.status == LedgerStatus::Done && !row.in_doubt));
    assert_eq!(shop.order().status, OrderStatus::Accepted);
    assert_eq!((shop.stock("cup"), shop.stock("pot")), ((8, 0, 2), (2, 0, 1)));
}

#[test]
fn the_whole_saga_again_changes_nothing() {
    let shop = Shop::with(&[("cup", 1_250, 10)]);
    let id = shop.take_in(&NewOrder::of(&[("cup", 2)]));
    assert_eq!(shop.walk(&id).run(), End::Succeeded);
    let before = (shop.saga(), shop.rows(), shop.order(), shop.entries(), shop.stock("cup"));
    assert_eq!(shop.walk(&id).run(), End::Succeeded);
    assert_eq!(shop.walk(&id).unwind(4), End::Succeeded);
    assert_eq!((shop.saga(), shop.rows(), shop.order(), shop.entries(), shop.stock("cup")), before);
}

#[test]
fn no_personal_data_is_in_any_input_output_or_reason() {
    let shop = Shop::with(&[("cup", 1_250, 10)]);
    shop.sell(&NewOrder { payment_method: "pm_card_chargeDeclined", ..NewOrder::of(&[("cup", 2)]) });
    for row in shop.rows() {
        let text = format!("{:?} {:?} {:?} {:?}", row.input, row.output, row.reason, row.undo_reason);
        assert!(!text.contains("ada@example.com"), "{text}");
    }
}
