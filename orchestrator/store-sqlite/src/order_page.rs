//! A page of orders, newest first, with the states of their sagas.

use amends_store::{OrderQuery, OrderRow, SagaState, StoreError};
use amends_types::{SagaId, Timestamp};
use rusqlite::named_params;

use crate::columns::{Columns, Stored};
use crate::orders;
use crate::tx::{SqliteTx, limit};

struct Listed {
    order: OrderRow,
    state: SagaState,
}

impl Stored for Listed {
    const TABLE: &'static str = OrderRow::TABLE;
    const KEYS: usize = OrderRow::KEYS;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self { order: OrderRow::read(columns)?, state: columns.parse(SagaState::from_name)? })
    }
}

pub(crate) fn read(tx: &SqliteTx<'_>, query: &OrderQuery) -> Result<Vec<(OrderRow, SagaState)>, StoreError> {
    let micros = |time: Option<Timestamp>| time.map(Timestamp::as_micros);
    let after = query.after.as_ref();
    let values = named_params! {
        ":customer": query.customer.as_deref().unwrap_or_default(),
        ":from": micros(query.created_from).unwrap_or(i64::MIN),
        ":before": micros(query.created_before),
        ":created": after.map_or(i64::MAX, |(created, _)| created.as_micros()),
        ":id": after.map(|(_, id)| SagaId::as_str(id)),
        ":limit": limit(query.limit),
    };
    let rows: Vec<Listed> = tx.many(&statement(query), values)?;
    Ok(rows.into_iter().map(|Listed { order, state }| (order, state)).collect())
}

/// Where the rows are found decides the statement: by customer, by the index of a state that few sagas are in, or by
/// time alone.
pub(crate) fn statement(query: &OrderQuery) -> String {
    let customer = match query.customer {
        Some(_) => "o.customer_id = :customer",
        None => ":customer IS NOT NULL",
    };
    let state = match query.state {
        None => "1",
        // Spelled as the partial indexes spell them.
        Some(SagaState::Forward) => {
            "(s.state IN ('forward', 'unwinding') OR s.repairing = 1) AND s.state = 'forward'"
        }
        Some(SagaState::Unwinding) => {
            "(s.state IN ('forward', 'unwinding') OR s.repairing = 1) AND s.state = 'unwinding'"
        }
        Some(SagaState::Committed) => "s.state = 'committed'",
        Some(SagaState::Compensated) => "s.state = 'compensated'",
        Some(SagaState::Stuck) => "s.state = 'stuck'",
    };
    // CROSS JOIN: SQLite reads the first table first, whatever it believes.
    let tables = match query.state {
        Some(SagaState::Forward | SagaState::Unwinding | SagaState::Compensated | SagaState::Stuck)
            if query.customer.is_none() =>
        {
            "sagas AS s CROSS JOIN orders AS o"
        }
        _ => "orders AS o CROSS JOIN sagas AS s",
    };
    format!(
        "SELECT {}, s.state FROM {tables} ON s.id = o.id WHERE {customer} AND {state}
         AND o.created >= :from AND (:before IS NULL OR o.created < :before)
         AND o.created <= :created AND (:id IS NULL OR (o.created, o.id) < (:created, :id))
         ORDER BY o.created DESC, o.id DESC LIMIT :limit",
        orders::columns!()
    )
}
