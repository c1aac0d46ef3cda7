//! Products.

use amends_types::Money;

use super::Subject;
use super::examples::{product, usd};
use crate::{MAX_STOCK, ProductRow, StoreError};

fn insert(subject: &Subject, row: ProductRow) -> bool {
    subject.write(move |tx| tx.insert_product(&row))
}

fn free(subject: &Subject, sku: &'static str) -> u64 {
    subject.read(move |tx| Ok(tx.product(sku)?.unwrap().free))
}

fn expect_refused(answer: &Result<impl std::fmt::Debug, StoreError>) {
    assert!(matches!(answer, Err(StoreError::Constraint(_))), "{answer:?}");
}

pub(super) fn a_product_that_is_not_there_is_none(subject: &Subject) {
    assert_eq!(subject.read(|tx| tx.product("tea")), None);
}

pub(super) fn a_product_that_is_there_is_left_as_it_is(subject: &Subject) {
    assert!(insert(subject, product("tea", 5)));
    assert!(subject.write(|tx| tx.take_stock("tea", 2)));
    let price = Money { minor: 1, currency: usd() };
    assert!(!insert(subject, ProductRow { price, ..product("tea", 100) }));
    let left = ProductRow { free: 3, ..product("tea", 5) };
    assert_eq!(subject.read(|tx| tx.product("tea")), Some(left));
}

pub(super) fn a_product_cannot_have_more_free_than_stocked(subject: &Subject) {
    let row = ProductRow { free: 6, ..product("tea", 5) };
    expect_refused(&subject.try_write(move |tx| tx.insert_product(&row)));
    assert_eq!(subject.read(|tx| tx.product("tea")), None);
}

pub(super) fn a_product_cannot_have_more_than_a_column_holds(subject: &Subject) {
    expect_refused(&subject.try_write(|tx| tx.insert_product(&product("tea", MAX_STOCK + 1))));
    assert!(insert(subject, product("tea", MAX_STOCK)));
    assert!(subject.write(|tx| tx.take_stock("tea", MAX_STOCK)));
    assert_eq!(free(subject, "tea"), 0);
    subject.write(|tx| tx.return_stock("tea", MAX_STOCK));
    assert_eq!(free(subject, "tea"), MAX_STOCK);
}

pub(super) fn stock_is_taken_if_there_is_as_much(subject: &Subject) {
    insert(subject, product("tea", 5));
    insert(subject, product("salt", 5));
    assert!(subject.write(|tx| tx.take_stock("tea", 3)));
    assert!(!subject.write(|tx| tx.take_stock("tea", 3)));
    assert!(!subject.write(|tx| tx.take_stock("tea", u64::MAX)));
    assert_eq!(free(subject, "tea"), 2);
    assert!(subject.write(|tx| tx.take_stock("tea", 2)));
    assert!(!subject.write(|tx| tx.take_stock("tea", 1)));
    assert_eq!((free(subject, "tea"), free(subject, "salt")), (0, 5));
}

pub(super) fn stock_of_a_product_that_is_not_there_cannot_be_taken(subject: &Subject) {
    assert!(!subject.write(|tx| tx.take_stock("tea", 1)));
}

pub(super) fn stock_is_given_back_up_to_what_was_stocked(subject: &Subject) {
    insert(subject, product("tea", 5));
    assert!(subject.write(|tx| tx.take_stock("tea", 4)));
    subject.write(|tx| tx.return_stock("tea", 3));
    expect_refused(&subject.try_write(|tx| tx.return_stock("tea", 2)));
    expect_refused(&subject.try_write(|tx| tx.return_stock("tea", u64::MAX)));
    assert_eq!(free(subject, "tea"), 4);
    subject.write(|tx| tx.return_stock("tea", 1));
    assert_eq!(free(subject, "tea"), 5);
}

pub(super) fn stock_of_a_product_that_is_not_there_cannot_be_given_back(subject: &Subject) {
    expect_refused(&subject.try_write(|tx| tx.return_stock("tea", 1)));
}

pub(super) fn pages_are_in_the_order_of_skus_and_meet_without_gaps(subject: &Subject) {
    // Byte order: capitals before small letters, an umlaut after both; a SKU may be empty.
    for sku in ["tea", "", "Tea", "salt", "tee", "täglich"] {
        insert(subject, product(sku, 1));
    }
    let page = |after: Option<String>, limit| -> Vec<String> {
        let rows = subject.read(move |tx| tx.products(after.as_deref(), limit));
        rows.into_iter().map(|row| row.sku).collect()
    };
    let all = ["", "Tea", "salt", "tea", "tee", "täglich"];
    assert_eq!(page(None, 100), all);
    assert_eq!(page(None, 2), all[..2]);
    for (number, sku) in all.into_iter().enumerate() {
        assert_eq!(page(Some(sku.to_owned()), 100), all[number + 1..]);
    }
}

pub(super) fn what_a_pruned_saga_had_sold_stays_sold(subject: &Subject) {
    insert(subject, product("tea", 5));
    insert(subject, product("salt", 5));
    assert!(subject.write(|tx| tx.take_stock("tea", 3)));
    subject.write(|tx| tx.count_pruned("tea", 2));
    subject.write(|tx| tx.count_pruned("tea", 1));
    let held = |sku: &'static str| subject.read(move |tx| tx.held_stock(sku));
    assert_eq!((held("tea"), held("salt")), ((0, 3), (0, 0)));
    assert_eq!(free(subject, "tea"), 2);
    expect_refused(&subject.try_write(|tx| tx.count_pruned("pepper", 1)));
}
