//! A store that was recovered from a backup, while the providers kept everything: wherever the backup was made, and
//! wherever everything was lost, the order ends wholly or not at all.

use std::time::Duration;

use amends_adapters::books::EffectKind::{self, Captured, Prepared, Refunded, Reverted, Synced};
use amends_store::{LedgerStatus, SagaState, Undo};

use crate::shop::{Backup, NewOrder, Shop};
use crate::walk::{End, Walk};

/// No order here takes as many tasks.
const MANY: usize = 60;

/// A day: the sandbox has forgotten every key.
const LATER: Duration = Duration::from_hours(48);

/// What happens to an order between the backup and the moment at which everything is lost.
#[derive(Debug, Clone, Copy)]
enum Lost {
    /// Its execution goes on, for so many tasks.
    GoesOn(usize),
    /// It goes on for so many tasks; then it is cancelled, and so many tasks undo it.
    Cancelled(usize, usize),
}

/// Runs the order for `before` tasks, makes a backup, and lets go on what is lost.
fn lose(order: &NewOrder, before: usize, lost: Lost) -> (Shop, Backup) {
    let sku = order.lines[0].0;
    let shop = Shop::with(&[(sku, 100, 10)]);
    let id = shop.take_in(order);
    let walk = shop.walk(&id);
    walk.lost_after.set(before);
    walk.run();
    let backup = shop.back_up(sku);
    // From the start again: what is recorded is answered at once. So tasks are counted anew.
    let walk = shop.walk(&id);
    let (forward, undoing) = match lost {
        Lost::GoesOn(forward) => (forward, 0),
        Lost::Cancelled(forward, undoing) => (forward, undoing),
    };
    walk.lost_after.set(forward);
    walk.run();
    walk.lost_after.set(undoing);
    walk.unwind(4);
    (shop, backup)
}

fn count(shop: &Shop, effect: EffectKind) -> usize {
    shop.effects().into_iter().filter(|found| *found == effect).count()
}

/// What holds of a saga that has ended, whatever happened on the way.
fn check_whole(shop: &Shop, what: &str) -> SagaState {
    shop.let_late_requests_arrive();
    let state = shop.state();
    let net = |effect, undone| (count(shop, effect), count(shop, undone));
    let (charged, synced) = (net(Captured, Refunded), net(Synced, Reverted));
    assert!(count(shop, Prepared) <= 1, "{what}: a second payment in {:?}", shop.effects());
    match state {
        SagaState::Committed => {
            assert_eq!((charged, synced), ((1, 0), (1, 0)), "{what}: {:?}", shop.effects());
        }
        SagaState::Compensated => {
            assert_eq!(charged.0, charged.1, "{what}: {:?}", shop.effects());
            assert_eq!(synced.0, synced.1, "{what}: {:?}", shop.effects());
        }
        SagaState::Stuck => {
            let is_parked =
                |row: &amends_store::LedgerRow| row.status == LedgerStatus::Parked && row.in_doubt;
            assert!(shop.rows().iter().any(is_parked), "{what}");
        }
        SagaState::Forward | SagaState::Unwinding => panic!("{what}: it is {}", state.name()),
    }
    state
}

/// Recovers an order and lets it go on to its end. Answers how many ended as committed, compensated and stuck.
fn recover_all(
    order: &NewOrder,
    wait: Duration,
    losses: impl Iterator<Item = (usize, Lost)>,
    go_on: impl Fn(&Walk<'_>) -> End,
) -> [usize; 3] {
    let mut ends = [0; 3];
    for (before, lost) in losses {
        let (shop, backup) = lose(order, before, lost);
        if backup.saga.state.is_final() {
            break;
        }
        shop.clock.jump(wait);
        let recovered = shop.recover(&backup);
        let what = format!("backup after {before} tasks, then {lost:?}, {wait:?} later");
        assert_ne!(go_on(&recovered.walk(&"order-1".parse().unwrap())), End::Lost, "{what}");
        let end = match check_whole(&recovered, &what) {
            SagaState::Committed => 0,
            SagaState::Compensated => 1,
            SagaState::Stuck | SagaState::Forward | SagaState::Unwinding => 2,
        };
        ends[end] += 1;
    }
    ends
}

/// Every moment for the backup, and every one for the end of the world.
fn lose_everywhere(order: &NewOrder, wait: Duration) -> [usize; 3] {
    recover_all(order, wait, losses(), |walk| walk.run())
}

fn losses() -> impl Iterator<Item = (usize, Lost)> {
    (0..MANY).flat_map(|before| (0..MANY).map(move |after| (before, Lost::GoesOn(after))))
}

/// As [`lose_everywhere`], with a cancel at every moment.
fn cancel_everywhere(order: &NewOrder, wait: Duration) -> [usize; 3] {
    let cancels = |before| {
        (0..6)
            .flat_map(move |forward| (0..12).map(move |undoing| (before, Lost::Cancelled(forward, undoing))))
    };
    recover_all(order, wait, (0..6).flat_map(cancels), |walk| walk.run())
}

#[test]
fn an_order_that_succeeded_or_was_under_way_is_completed() {
    let [committed, compensated, stuck] =
        lose_everywhere(&NewOrder::of(&[("widget", 1)]), Duration::from_mins(10));
    assert!(committed > 15, "{committed}");
    assert_eq!((compensated, stuck), (0, 0));
}

#[test]
fn an_order_that_was_being_undone_is_undone() {
    // The sync is refused: in the world that was lost, and in the recovered one.
    let order = NewOrder::of(&[("SANDBOX-SYNC-REFUSED", 1)]);
    let [committed, compensated, stuck] = lose_everywhere(&order, Duration::from_mins(10));
    assert!(compensated > 30, "{compensated}");
    assert_eq!((committed, stuck), (0, 0));
}

#[test]
fn an_order_whose_sync_was_reverted_or_lost_ends_wholly_or_not_at_all() {
    for sku in ["SANDBOX-SYNC-LOST", "SANDBOX-SYNC-LOST-REPLIES", "SANDBOX-SYNC-SLOW", "SANDBOX-SYNC-ERROR"] {
        for wait in [Duration::ZERO, Duration::from_mins(10)] {
            let order = NewOrder::of(&[(sku, 1)]);
            assert_eq!(lose_everywhere(&order, wait)[2], 0, "{sku}");
            assert_eq!(cancel_everywhere(&order, wait)[2], 0, "{sku}");
        }
    }
}

#[test]
fn an_order_that_is_cancelled_after_the_recovery_is_undone_whatever_is_still_on_its_way() {
    for sku in ["widget", "SANDBOX-SYNC-SLOW", "SANDBOX-SYNC-LOST-REPLIES"] {
        // The first step of this may be known as done, or nothing at all.
        let early = losses().take_while(|(before, _)| *before < 5).filter(|(before, _)| *before > 0);
        let order = NewOrder::of(&[(sku, 1)]);
        let [committed, compensated, stuck] =
            recover_all(&order, Duration::ZERO, early, |walk| walk.unwind(4));
        assert_eq!((committed, stuck), (0, 0), "{sku}");
        assert!(compensated > 100, "{compensated}");
    }
}

#[test]
fn an_order_that_was_cancelled_after_the_backup_is_not_completed_on_what_was_taken_back() {
    let order = NewOrder::of(&[("widget", 1)]);
    for wait in [Duration::ZERO, LATER] {
        let [committed, compensated, _] = cancel_everywhere(&order, wait);
        assert!(committed > 10 && compensated > 10, "{committed} {compensated}");
    }
}

#[test]
fn past_the_key_window_a_person_decides_about_a_payment_that_the_ledger_has_forgotten() {
    let [committed, _, stuck] = lose_everywhere(&NewOrder::of(&[("widget", 1)]), LATER);
    assert!(committed > 0 && stuck > 0, "{committed} {stuck}");
}

#[test]
fn an_order_that_was_undone_after_the_backup_is_not_completed_on_a_refunded_payment() {
    let order = NewOrder::of(&[("widget", 1)]);
    let shop = Shop::with(&[("widget", 100, 10)]);
    let id = shop.take_in(&order);
    for step in ["order", "reserve_stock", "charge"] {
        shop.walk(&id).execute_once(step).unwrap();
    }
    let backup = shop.back_up("widget");
    // Somebody cancels; the refund is made, and everything is lost.
    shop.walk(&id).unwind(2);
    assert_eq!(shop.effects(), [Prepared, Captured, Refunded]);
    let recovered = shop.recover(&backup);
    let end = recovered.walk(&id).run();
    assert!(
        matches!(&end, End::Failed(error, cause) if error == "Saga.Compensated" && cause.contains("charge was taken back")),
        "{end:?}"
    );
    assert_eq!(check_whole(&recovered, "cancelled"), SagaState::Compensated);
    assert_eq!(recovered.stock("widget"), (10, 0, 0));
    assert_eq!(recovered.rows()[4].undo, Some(Undo::NothingFound));
}

#[test]
fn without_a_recovery_what_left_no_trace_was_not_done() {
    let shop = Shop::with(&[("widget", 100, 10)]);
    let id = shop.take_in(&NewOrder::of(&[("widget", 1)]));
    shop.walk(&id).execute_once("order").unwrap();
    shop.walk(&id).unwind(4);
    assert_eq!(shop.effects(), []);
    assert_eq!(shop.rows()[2].undo, Some(Undo::NeverStarted));
}
