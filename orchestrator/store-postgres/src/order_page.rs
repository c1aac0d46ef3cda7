//! A page of orders, newest first, with the states of their sagas.

use amends_store::{OrderQuery, OrderRow, SagaState, StoreError};
use amends_types::{SagaId, Timestamp};
use sqlx::AssertSqlSafe;

use crate::columns::{Columns, Stored};
use crate::orders;
use crate::text::stored;
use crate::tx::{PostgresTx, limit};

struct Listed {
    order: OrderRow,
    state: SagaState,
}

impl Stored for Listed {
    const TABLE: &'static str = OrderRow::TABLE;

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self { order: OrderRow::read(columns)?, state: columns.parse(SagaState::from_name)? })
    }
}

pub(crate) fn read(
    tx: &PostgresTx<'_>,
    query: &OrderQuery,
) -> Result<Vec<(OrderRow, SagaState)>, StoreError> {
    let mut sql = format!(
        "SELECT {}, s.state FROM orders AS o JOIN sagas AS s ON s.id = o.id WHERE o.created >= $1",
        orders::columns!()
    );
    // Each condition stands only where it is asked for, with its own values in the same places.
    if query.customer.is_some() {
        sql += " AND o.customer_id = $2";
    } else {
        sql += " AND $2::TEXT IS NULL";
    }
    sql += " AND ($3::BIGINT IS NULL OR o.created < $3)";
    if query.after.is_some() {
        sql += " AND (o.created, o.id) < ($4, $5)";
    } else {
        sql += " AND $4::BIGINT IS NULL AND $5::TEXT IS NULL";
    }
    if let Some(state) = query.state {
        sql += &format!(" AND s.state = '{}'", state.name());
    }
    sql += " ORDER BY o.created DESC, o.id DESC LIMIT $6";
    let micros = |time: Option<Timestamp>| time.map(Timestamp::as_micros);
    let after = query.after.as_ref();
    let statement = sqlx::query(AssertSqlSafe(sql))
        .bind(micros(query.created_from).unwrap_or(i64::MIN))
        .bind(query.customer.as_deref().map(stored))
        .bind(micros(query.created_before))
        .bind(after.map(|(created, _)| created.as_micros()))
        .bind(after.map(|(_, id)| SagaId::as_str(id)))
        .bind(limit(query.limit));
    let rows: Vec<Listed> = tx.many(statement)?;
    Ok(rows.into_iter().map(|Listed { order, state }| (order, state)).collect())
}
