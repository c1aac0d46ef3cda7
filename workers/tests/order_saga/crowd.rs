//! Two hundred workers on the last items.

use std::sync::Barrier;
use std::thread;

use amends_adapters::books::{BooksReader, EffectKind};

use crate::shop::{NewOrder, Shop};
use crate::walk::End;

const WORKERS: usize = 200;

/// Two hundred orders at once, each of these lines as it or reversed; answers how many were sold.
fn rush(shop: &Shop, lines: &[(&'static str, u32)]) -> usize {
    let start = Barrier::new(WORKERS);
    let (shop, start) = (&shop, &start);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|number| {
                let mut order = NewOrder { id: format!("order-{number}"), ..NewOrder::of(lines) };
                if number % 2 == 1 {
                    order.lines.reverse();
                }
                scope.spawn(move || {
                    start.wait();
                    shop.sell(&order) == End::Succeeded
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).filter(|sold| *sold).count()
    })
}

fn count(shop: &Shop, effect: EffectKind) -> usize {
    let entries = shop.books.entries_after(None, usize::MAX).unwrap();
    entries.iter().filter(|entry| entry.effect == effect).count()
}

#[test]
fn two_hundred_workers_sell_the_last_items_and_not_one_more() {
    let shop = Shop::with(&[("cup", 100, 7)]);
    assert_eq!(rush(&shop, &[("cup", 1)]), 7);
    assert_eq!(shop.stock("cup"), (0, 0, 7));
    assert_eq!(count(&shop, EffectKind::Captured), 7);
    assert_eq!(count(&shop, EffectKind::Refunded), 0);
}

#[test]
fn orders_of_several_products_get_all_of_them_or_none() {
    let shop = Shop::with(&[("cup", 100, 50), ("pot", 100, 9)]);
    assert_eq!(rush(&shop, &[("cup", 2), ("pot", 2)]), 4);
    assert_eq!(shop.stock("cup"), (42, 0, 8));
    assert_eq!(shop.stock("pot"), (1, 0, 8));
    assert_eq!(count(&shop, EffectKind::Captured), 4);
}
