//! Orders.

use amends_types::{Money, Personal, Sha256Hex, Timestamp};

use super::Subject;
use super::examples::{id, order, saga, usd};
use crate::{Customer, OrderLine, OrderRow, OrderStatus, PricedLine, StoreError};

fn get(subject: &Subject, name: &str) -> Option<OrderRow> {
    let id = id(name);
    subject.read(move |tx| tx.order(&id))
}

/// Differs from [`order`] in everything but its id.
fn other(name: &str) -> OrderRow {
    let customer = Customer {
        id: "c-2".to_owned(),
        email: Personal::new("grace@example.com".to_owned()),
        phone: Some(Personal::new("+1 555 0100".to_owned())),
    };
    OrderRow {
        id: id(name),
        body_sha256: Sha256Hex::of(b"another body"),
        customer,
        currency: "JPY".parse().unwrap(),
        lines: vec![OrderLine { sku: "salt".to_owned(), quantity: 1 }],
        payment_method: Personal::new("pm_other".to_owned()),
        status: OrderStatus::Accepted,
        priced: vec![PricedLine { sku: "tea".to_owned(), quantity: 2, unit_price_minor: 1999 }],
        total: Some(Money { minor: 3998, currency: usd() }),
        created: Timestamp::from_micros(1),
    }
}

pub(super) fn an_order_that_is_not_there_is_none(subject: &Subject) {
    assert_eq!(get(subject, "a"), None);
}

pub(super) fn a_second_order_of_the_same_id_is_refused_and_changes_nothing(subject: &Subject) {
    subject.write(|tx| tx.insert_order(&order("a")));
    let second = subject.try_write(|tx| tx.insert_order(&other("a")));
    assert!(matches!(second, Err(StoreError::Constraint(_))), "{second:?}");
    assert_eq!(get(subject, "a"), Some(order("a")));
}

pub(super) fn an_update_changes_what_became_of_the_order_and_never_what_was_asked_for(subject: &Subject) {
    subject.write(|tx| {
        tx.insert_order(&order("a"))?;
        tx.insert_order(&order("b"))
    });
    subject.write(|tx| tx.update_order(&other("a")));
    let OrderRow { status, priced, total, .. } = other("a");
    assert_eq!(get(subject, "a"), Some(OrderRow { status, priced, total, ..order("a") }));
    assert_eq!(get(subject, "b"), Some(order("b")));
}

pub(super) fn an_update_of_an_order_that_is_not_there_is_refused(subject: &Subject) {
    let update = subject.try_write(|tx| tx.update_order(&order("a")));
    assert!(matches!(update, Err(StoreError::Constraint(_))), "{update:?}");
    assert_eq!(get(subject, "a"), None);
}

pub(super) fn an_order_without_a_saga_is_found(subject: &Subject) {
    let found = |limit| subject.read(move |tx| tx.orders_without_saga(limit));
    assert!(found(9).is_empty());
    subject.write(|tx| {
        tx.insert_saga(&saga("b"))?;
        tx.insert_saga(&saga("no-order"))?;
        ["d", "c", "b", "a"].iter().try_for_each(|name| tx.insert_order(&order(name)))
    });
    assert_eq!(found(9), ["a", "c", "d"].map(id));
    assert_eq!(found(2), ["a", "c"].map(id));
}
