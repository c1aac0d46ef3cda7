//! Orders.

use std::time::Duration;

use amends_types::{Money, Personal, Sha256Hex, Timestamp};

use super::Subject;
use super::examples::{id, order, saga, saga_in, usd};
use super::subject::BEGIN;
use crate::{Customer, OrderLine, OrderQuery, OrderRow, OrderStatus, PricedLine, SagaState, StoreError, Tx};

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
        idempotency_key: Some("k".to_owned()),
        placed_by: "somebody else".to_owned(),
        erased: Some(Timestamp::from_micros(2)),
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

fn keyed(name: &str, key: &str) -> OrderRow {
    OrderRow { idempotency_key: Some(key.to_owned()), ..order(name) }
}

pub(super) fn a_second_order_of_the_same_key_is_refused_and_changes_nothing(subject: &Subject) {
    subject.write(|tx| tx.insert_order(&keyed("a", "k")));
    let second = subject.try_write(|tx| tx.insert_order(&keyed("b", "k")));
    assert!(matches!(second, Err(StoreError::Constraint(_))), "{second:?}");
    assert_eq!((get(subject, "a"), get(subject, "b")), (Some(keyed("a", "k")), None));
    subject.write(|tx| {
        tx.insert_order(&keyed("c", "K"))?;
        tx.insert_order(&order("d"))?;
        tx.insert_order(&order("e"))
    });
}

pub(super) fn an_order_is_found_by_the_key_that_its_sender_chose(subject: &Subject) {
    subject.write(|tx| {
        tx.insert_order(&keyed("a", "k"))?;
        tx.insert_order(&order("b"))
    });
    let found = |key: &'static str| subject.read(move |tx| tx.order_by_key(key));
    assert_eq!((found("k"), found("K"), found("b")), (Some(keyed("a", "k")), None, None));
}

/// Orders of one customer or another, each a second after the one before; every third is stuck.
fn insert_many(tx: &mut dyn Tx) -> Result<(), StoreError> {
    for number in 0..9_u64 {
        let name = format!("o-{}", 9 - number);
        let state = if number % 3 == 0 { SagaState::Stuck } else { SagaState::Forward };
        let customer = Customer { id: format!("c-{}", number % 2), ..order("a").customer };
        let created = BEGIN.plus(Duration::from_secs(number / 2));
        tx.insert_saga(&saga_in(&name, state))?;
        tx.insert_order(&OrderRow { customer, created, ..order(&name) })?;
    }
    Ok(())
}

fn page(subject: &Subject, query: OrderQuery) -> Vec<(OrderRow, SagaState)> {
    subject.read(move |tx| tx.order_page(&query))
}

fn ids(page: &[(OrderRow, SagaState)]) -> Vec<&str> {
    page.iter().map(|(row, _)| row.id.as_str()).collect()
}

pub(super) fn the_newest_orders_come_first_and_pages_meet_without_gaps(subject: &Subject) {
    subject.write(insert_many);
    let expected = ["o-1", "o-3", "o-2", "o-5", "o-4", "o-7", "o-6", "o-9", "o-8"];
    let whole = page(subject, OrderQuery { limit: 99, ..OrderQuery::default() });
    assert_eq!(ids(&whole), expected);
    let stuck: Vec<_> = whole.iter().filter(|(_, state)| *state == SagaState::Stuck).collect();
    assert_eq!(stuck.iter().map(|(row, _)| row.id.as_str()).collect::<Vec<_>>(), ["o-3", "o-6", "o-9"]);
    for limit in 1..10 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let rows = page(subject, OrderQuery { after: after.clone(), limit, ..OrderQuery::default() });
            let Some((last, _)) = rows.last() else { break };
            after = Some((last.created, last.id.clone()));
            seen.extend(rows.into_iter().map(|(row, _)| row.id.to_string()));
        }
        assert_eq!(seen, expected, "pages of {limit}");
    }
}

pub(super) fn a_page_of_orders_may_be_of_one_customer_state_or_time(subject: &Subject) {
    subject.write(insert_many);
    let all = OrderQuery { limit: 99, ..OrderQuery::default() };
    let of = |query: OrderQuery| ids(&page(subject, query)).join(" ");
    assert_eq!(of(OrderQuery { customer: Some("c-1".to_owned()), ..all.clone() }), "o-2 o-4 o-6 o-8");
    assert_eq!(of(OrderQuery { state: Some(SagaState::Stuck), ..all.clone() }), "o-3 o-6 o-9");
    let at = |seconds| Some(BEGIN.plus(Duration::from_secs(seconds)));
    let within = OrderQuery { created_from: at(1), created_before: at(3), ..all.clone() };
    assert_eq!(of(within.clone()), "o-5 o-4 o-7 o-6");
    let everything =
        OrderQuery { customer: Some("c-0".to_owned()), state: Some(SagaState::Forward), ..within };
    assert_eq!(of(everything), "o-5 o-7");
    assert_eq!(of(OrderQuery { limit: 0, ..all }), "");
}

pub(super) fn erasing_takes_what_is_personal_and_nothing_else(subject: &Subject) {
    subject.write(|tx| {
        tx.insert_order(&other("a"))?;
        tx.insert_order(&order("b"))
    });
    subject.write(|tx| tx.erase_order(&id("a"), "nobody", BEGIN));
    let nothing = || Personal::new(String::new());
    let customer = Customer { id: "nobody".to_owned(), email: nothing(), phone: None };
    let erased = OrderRow { customer, payment_method: nothing(), erased: Some(BEGIN), ..other("a") };
    assert_eq!((get(subject, "a"), get(subject, "b")), (Some(erased), Some(order("b"))));
    let absent = subject.try_write(|tx| tx.erase_order(&id("c"), "nobody", BEGIN));
    assert!(matches!(absent, Err(StoreError::Constraint(_))), "{absent:?}");
}
