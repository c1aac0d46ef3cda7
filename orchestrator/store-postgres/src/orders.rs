//! Orders.

use amends_store::{Customer, OrderQuery, OrderRow, OrderStatus, OrdersTx, SagaState, StoreError};
use amends_types::{Money, Personal, SagaId, Sha256Hex, Timestamp};
use serde::Serialize;

use crate::columns::{Columns, Stored};
use crate::order_page;
use crate::text::stored;
use crate::tx::{PostgresTx, limit, refused};

/// Every column, as [`OrderRow`] is read.
macro_rules! columns {
    () => {
        "o.id, o.status, o.currency, o.total_minor, o.total_currency, o.created, o.body_sha256, o.customer_id, \
         o.customer_email, o.customer_phone, o.payment_method, o.idempotency_key, o.placed_by, o.erased, o.priced, \
         o.lines"
    };
}
pub(crate) use columns;

const SELECT: &str = concat!("SELECT ", columns!(), " FROM orders AS o WHERE o.id = $1");
const SELECT_BY_KEY: &str = concat!("SELECT ", columns!(), " FROM orders AS o WHERE o.idempotency_key = $1");
const SELECT_WITHOUT_SAGA: &str = "
    SELECT id FROM orders WHERE NOT EXISTS (SELECT 1 FROM sagas WHERE sagas.id = orders.id) ORDER BY id LIMIT $1";

const INSERT: &str = "
    INSERT INTO orders (id, status, currency, total_minor, total_currency, created, body_sha256, customer_id,
                        customer_email, customer_phone, payment_method, idempotency_key, placed_by, erased, priced,
                        lines)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT DO NOTHING";
const UPDATE: &str =
    "UPDATE orders SET status = $2, total_minor = $3, total_currency = $4, priced = $5 WHERE id = $1";
const ERASE: &str = "
    UPDATE orders SET customer_id = $2, customer_email = '', customer_phone = NULL, payment_method = '', erased = $3
    WHERE id = $1";

impl Stored for OrderRow {
    const TABLE: &'static str = "orders";

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: columns.parse(|text| text.parse().ok())?,
            status: columns.parse(OrderStatus::from_name)?,
            currency: columns.parse(|text| text.parse().ok())?,
            total: read_total(columns)?,
            created: columns.time()?,
            body_sha256: columns.text().map(Sha256Hex::from_stored)?,
            customer: Customer {
                id: columns.text()?,
                email: columns.text().map(Personal::new)?,
                phone: columns.text_option()?.map(Personal::new),
            },
            payment_method: columns.text().map(Personal::new)?,
            idempotency_key: columns.text_option()?,
            placed_by: columns.text()?,
            erased: columns.time_option()?,
            priced: columns.json()?,
            lines: columns.json()?,
        })
    }
}

fn read_total(columns: &mut Columns<'_>) -> Result<Option<Money>, StoreError> {
    let minor: Option<i64> = columns.take()?;
    let currency = columns.parse_option(|text| text.parse().ok())?;
    Ok(minor.zip(currency).map(|(minor, currency)| Money { minor, currency }))
}

/// The id of an order alone.
struct OrderId(SagaId);

impl Stored for OrderId {
    const TABLE: &'static str = OrderRow::TABLE;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        columns.parse(|text| text.parse().ok()).map(Self)
    }
}

impl OrdersTx for PostgresTx<'_> {
    fn order(&mut self, id: &SagaId) -> Result<Option<OrderRow>, StoreError> {
        self.one(sqlx::query(SELECT).bind(id.as_str()))
    }

    fn insert_order(&mut self, row: &OrderRow) -> Result<(), StoreError> {
        let statement = sqlx::query(INSERT)
            .bind(row.id.as_str())
            .bind(row.status.name())
            .bind(row.currency.code())
            .bind(row.total.map(|total| total.minor))
            .bind(row.total.map(|total| total.currency.code()))
            .bind(row.created.as_micros())
            .bind(stored(row.body_sha256.as_str()))
            .bind(stored(&row.customer.id))
            .bind(stored(row.customer.email.expose()))
            .bind(row.customer.phone.as_ref().map(|phone| stored(phone.expose())))
            .bind(stored(row.payment_method.expose()))
            .bind(row.idempotency_key.as_deref().map(stored))
            .bind(stored(&row.placed_by))
            .bind(row.erased.map(Timestamp::as_micros))
            .bind(json(&row.priced))
            .bind(json(&row.lines));
        match self.change(statement)? {
            0 => Err(refused("order", row.id.as_str(), "or one of its key is there already")),
            _ => Ok(()),
        }
    }

    fn update_order(&mut self, row: &OrderRow) -> Result<(), StoreError> {
        let statement = sqlx::query(UPDATE)
            .bind(row.id.as_str())
            .bind(row.status.name())
            .bind(row.total.map(|total| total.minor))
            .bind(row.total.map(|total| total.currency.code()))
            .bind(json(&row.priced));
        match self.change(statement)? {
            0 => Err(refused("order", row.id.as_str(), "is not there")),
            _ => Ok(()),
        }
    }

    fn order_by_key(&mut self, key: &str) -> Result<Option<OrderRow>, StoreError> {
        self.one(sqlx::query(SELECT_BY_KEY).bind(stored(key)))
    }

    fn order_page(&mut self, query: &OrderQuery) -> Result<Vec<(OrderRow, SagaState)>, StoreError> {
        order_page::read(self, query)
    }

    fn erase_order(&mut self, id: &SagaId, customer: &str, at: Timestamp) -> Result<(), StoreError> {
        let statement = sqlx::query(ERASE).bind(id.as_str()).bind(stored(customer)).bind(at.as_micros());
        match self.change(statement)? {
            0 => Err(refused("order", id.as_str(), "is not there")),
            _ => Ok(()),
        }
    }

    fn orders_without_saga(&mut self, most: usize) -> Result<Vec<SagaId>, StoreError> {
        let alone: Vec<OrderId> = self.many(sqlx::query(SELECT_WITHOUT_SAGA).bind(limit(most)))?;
        Ok(alone.into_iter().map(|OrderId(id)| id).collect())
    }
}

fn json<T: Serialize>(lines: &[T]) -> String {
    serde_json::to_string(lines).expect("lines are plain data")
}
