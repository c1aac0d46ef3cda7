//! Orders.

use amends_store::{Customer, OrderQuery, OrderRow, OrderStatus, OrdersTx, SagaState, StoreError};
use amends_types::{Money, Personal, SagaId, Sha256Hex, Timestamp};
use rusqlite::params;
use serde::Serialize;

use crate::columns::{Columns, Stored};
use crate::order_page;
use crate::tx::{SqliteTx, limit, refused};

/// Every column, as [`OrderRow`] is read.
macro_rules! columns {
    () => {
        "o.id, o.status, o.currency, o.total_minor, o.total_currency, o.created, o.body_sha256, o.customer_id, \
         o.customer_email, o.customer_phone, o.payment_method, o.idempotency_key, o.placed_by, o.erased, o.priced, \
         o.lines"
    };
}
pub(crate) use columns;

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM orders AS o WHERE id = ?1");
pub(crate) const SELECT_BY_KEY: &str =
    concat!("SELECT ", columns!(), " FROM orders AS o WHERE idempotency_key = ?1");

pub(crate) const INSERT: &str = "
    INSERT INTO orders (id, status, currency, total_minor, total_currency, created, body_sha256, customer_id,
                        customer_email, customer_phone, payment_method, priced, lines, idempotency_key, placed_by, erased)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
    ON CONFLICT DO NOTHING";

pub(crate) const SELECT_WITHOUT_SAGA: &str = "
    SELECT id FROM orders WHERE NOT EXISTS (SELECT 1 FROM sagas WHERE sagas.id = orders.id) ORDER BY id LIMIT ?1";

pub(crate) const UPDATE: &str =
    "UPDATE orders SET status = ?2, total_minor = ?3, total_currency = ?4, priced = ?5 WHERE id = ?1";

pub(crate) const ERASE: &str = "
    UPDATE orders SET customer_id = ?2, customer_email = '', customer_phone = NULL, payment_method = '', erased = ?3
    WHERE id = ?1";

impl Stored for OrderRow {
    const TABLE: &'static str = "orders";
    const KEYS: usize = 1;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: columns.parse(|text| text.parse().ok())?,
            status: columns.parse(OrderStatus::from_name)?,
            currency: columns.parse(|text| text.parse().ok())?,
            total: read_total(columns)?,
            created: columns.time()?,
            body_sha256: columns.take().map(Sha256Hex::from_stored)?,
            customer: Customer {
                id: columns.take()?,
                email: columns.take().map(Personal::new)?,
                phone: columns.take::<Option<String>>()?.map(Personal::new),
            },
            payment_method: columns.take().map(Personal::new)?,
            idempotency_key: columns.take()?,
            placed_by: columns.take()?,
            erased: columns.time_option()?,
            priced: columns.json()?,
            lines: columns.json()?,
        })
    }
}

/// The id of an order alone.
struct OrderId(SagaId);

impl Stored for OrderId {
    const TABLE: &'static str = OrderRow::TABLE;
    const KEYS: usize = OrderRow::KEYS;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        columns.parse(|text| text.parse().ok()).map(Self)
    }
}

fn read_total(columns: &mut Columns<'_>) -> Result<Option<Money>, StoreError> {
    let minor: Option<i64> = columns.take()?;
    let currency = columns.parse_option(|text| text.parse().ok())?;
    Ok(minor.zip(currency).map(|(minor, currency)| Money { minor, currency }))
}

impl OrdersTx for SqliteTx<'_> {
    fn order(&mut self, id: &SagaId) -> Result<Option<OrderRow>, StoreError> {
        self.one(SELECT, (id.as_str(),))
    }

    fn insert_order(&mut self, row: &OrderRow) -> Result<(), StoreError> {
        let values = params![
            row.id.as_str(),
            row.status.name(),
            row.currency.code(),
            row.total.map(|total| total.minor),
            row.total.map(|total| total.currency.code()),
            row.created.as_micros(),
            row.body_sha256.as_str(),
            row.customer.id,
            row.customer.email.expose(),
            row.customer.phone.as_ref().map(Personal::expose),
            row.payment_method.expose(),
            json(&row.priced),
            json(&row.lines),
            row.idempotency_key,
            row.placed_by,
            row.erased.map(Timestamp::as_micros),
        ];
        match self.change(INSERT, values)? {
            0 => Err(refused("order", row.id.as_str(), "or one of its key is there already")),
            _ => Ok(()),
        }
    }

    fn update_order(&mut self, row: &OrderRow) -> Result<(), StoreError> {
        let values = params![
            row.id.as_str(),
            row.status.name(),
            row.total.map(|total| total.minor),
            row.total.map(|total| total.currency.code()),
            json(&row.priced),
        ];
        match self.change(UPDATE, values)? {
            0 => Err(refused("order", row.id.as_str(), "is not there")),
            _ => Ok(()),
        }
    }

    fn order_by_key(&mut self, key: &str) -> Result<Option<OrderRow>, StoreError> {
        self.one(SELECT_BY_KEY, (key,))
    }

    fn order_page(&mut self, query: &OrderQuery) -> Result<Vec<(OrderRow, SagaState)>, StoreError> {
        order_page::read(self, query)
    }

    fn erase_order(&mut self, id: &SagaId, customer: &str, at: Timestamp) -> Result<(), StoreError> {
        match self.change(ERASE, (id.as_str(), customer, at.as_micros()))? {
            0 => Err(refused("order", id.as_str(), "is not there")),
            _ => Ok(()),
        }
    }

    fn orders_without_saga(&mut self, most: usize) -> Result<Vec<SagaId>, StoreError> {
        let alone: Vec<OrderId> = self.many(SELECT_WITHOUT_SAGA, (limit(most),))?;
        Ok(alone.into_iter().map(|OrderId(id)| id).collect())
    }
}

fn json<T: Serialize>(lines: &[T]) -> String {
    serde_json::to_string(lines).expect("lines are plain data")
}
