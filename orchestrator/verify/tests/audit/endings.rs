//! Whatever the providers do, and whenever an execution is stopped, a saga that the protocol ran passes the audit: at
//! rest, and at every moment before.

use std::time::Duration;

use amends_store::SagaState;
use amends_types::{Entropy, SplitMix};

use crate::shop::{Shop, order, violations};

const METHODS: [&str; 12] = [
    "pm_card_visa",
    "pm_card_of_nobody",
    "pm_card_chargeDeclined",
    "pm_sandbox_lostReply",
    "pm_sandbox_lostReplies",
    "pm_sandbox_slowSuccess",
    "pm_sandbox_serverError",
    "pm_sandbox_downForAWhile",
    "pm_sandbox_down",
    "pm_sandbox_refundFails",
    "pm_sandbox_refundLostReply",
    "pm_sandbox_refundDownForAWhile",
];

const DOMAINS: [&str; 8] = [
    "shop.example",
    "bounce.example",
    "down.example",
    "busy.example",
    "lost.example",
    "lost-replies.example",
    "slow.example",
    "error.example",
];

const SKUS: [&str; 13] = [
    "book",
    "gift",
    "rare",
    "SANDBOX-SYNC-REFUSED",
    "SANDBOX-SYNC-LOST-REPLIES",
    "SANDBOX-SYNC-LOST",
    "SANDBOX-SYNC-SLOW",
    "SANDBOX-SYNC-ERROR",
    "SANDBOX-SYNC-DOWN",
    "SANDBOX-SYNC-OFFLINE",
    "SANDBOX-REVERT-REFUSED",
    "SANDBOX-REVERT-LOST",
    "SANDBOX-REVERT-DOWN",
];

fn stocked_shop() -> Shop {
    let shop = Shop::new();
    for (index, sku) in SKUS.iter().enumerate() {
        let price = if *sku == "gift" { 0 } else { 1998 + i64::try_from(index).unwrap() };
        let stock = if *sku == "rare" { 1 } else { 1000 };
        shop.stock(sku, price, stock, stock);
    }
    shop
}

#[track_caller]
fn assert_sound(shop: &Shop, moment: &str) {
    assert_eq!(violations(&shop.audit()), [""; 0], "{moment}");
}

/// Runs until every saga has its verdict; audits after every round.
fn run_to_the_end(shop: &Shop, mut disturb: impl FnMut(&Shop)) {
    for round in 0..100 {
        disturb(shop);
        assert_sound(shop, &format!("after round {round}"));
        if shop.audit().open == 0 {
            shop.come_to_rest();
            return assert_sound(shop, "at rest");
        }
    }
    panic!("some sagas have no verdict: {:?}", shop.audit().states);
}

#[test]
fn every_ending_of_the_order_saga_passes_the_audit() {
    let shop = stocked_shop();
    for (index, method) in METHODS.iter().enumerate() {
        for (second, sku) in SKUS.iter().enumerate() {
            let domain = DOMAINS[(index + second) % DOMAINS.len()];
            shop.place(&order(&format!("o-{index}-{second}"), sku, method, domain));
        }
    }
    shop.relay();
    run_to_the_end(&shop, |shop| {
        shop.pass(Duration::from_secs(120));
        shop.sweep();
    });
    let states = shop.audit().states;
    for ending in [SagaState::Committed, SagaState::Compensated, SagaState::Stuck] {
        assert!(states[ending.name()] > 0, "{states:?}");
    }
}

#[test]
fn every_notice_passes_the_audit_when_the_order_is_undone_after_it() {
    let shop = stocked_shop();
    for domain in DOMAINS {
        for sku in ["SANDBOX-SYNC-REFUSED", "SANDBOX-SYNC-OFFLINE"] {
            for number in 0..8 {
                let id = format!("{}-{sku}-{number}", domain.replace('.', "-"));
                shop.place(&order(&id, sku, "pm_card_visa", domain));
            }
        }
    }
    shop.relay();
    run_to_the_end(&shop, |shop| shop.pass(Duration::from_secs(60)));
}

#[test]
fn executions_stopped_at_any_moment_and_swept_pass_the_audit() {
    for seed in 0..8 {
        let shop = stocked_shop();
        let random = SplitMix::from_seed(seed);
        let draw = |below: usize| usize::try_from(random.next_u64() % below as u64).unwrap();
        for number in 0..60 {
            let (sku, method) = (SKUS[draw(SKUS.len())], METHODS[draw(METHODS.len())]);
            shop.place(&order(&format!("o-{number}"), sku, method, DOMAINS[draw(DOMAINS.len())]));
        }
        shop.relay();
        run_to_the_end(&shop, |shop| {
            // Most of what happens takes no time here; what is slow or retried takes seconds.
            shop.pass(Duration::from_millis(random.next_u64() % 8000));
            let running = shop.sweep().running;
            for execution in running.iter().filter(|_| draw(6) == 0) {
                shop.stop(execution);
            }
            if running.len() < 20 {
                shop.pass(Duration::from_secs(120));
            }
        });
    }
}
