//! Orders, newest first.

use amends_store::OrderQuery;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::{Problem, ProblemBody};
use crate::query::{Params, cursor_of, limit, read_cursor, time};
use crate::shared;
use crate::wire::{OrderPage, OrderStatusView, OrderSummary};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Only orders that stand there.
    status: Option<OrderStatusView>,
    /// Only this customer's.
    customer_id: Option<String>,
    /// Only those that arrived then or later (RFC 3339).
    created_from: Option<String>,
    /// Only those that arrived earlier (RFC 3339).
    created_to: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// Where the last page ended: its `next_cursor`.
    cursor: Option<String>,
}

/// Lists orders, newest first. The list may be a little old where a replica is read.
#[utoipa::path(get, path = "/orders", tag = "orders", params(ListParams),
    responses((status = 200, description = "A page of orders; the next one is in `next_cursor`", body = OrderPage),
        (status = 400, description = "A parameter cannot be used", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn list_orders(
    State(shared): shared::State,
    Params(params): Params<ListParams>,
) -> Result<(HeaderMap, Json<OrderPage>), Problem> {
    let query = OrderQuery {
        customer: params.customer_id,
        state: params.status.map(OrderStatusView::state),
        created_from: time("created_from", params.created_from.as_deref())?,
        created_before: time("created_to", params.created_to.as_deref())?,
        after: read_cursor(params.cursor.as_deref())?,
        limit: limit(params.limit)?,
    };
    let most = query.limit;
    let rows = shared.coordinator.store.query_lagging(move |tx| tx.order_page(&query)).await?;
    let last = rows.last().filter(|_| rows.len() == most);
    let next_cursor = last.map(|(order, _)| cursor_of(order.created, &order.id));
    let mut headers = HeaderMap::new();
    let link = next_cursor.as_ref().map(|cursor| format!("</orders?cursor={cursor}>; rel=\"next\""));
    if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
        headers.insert(header::LINK, link);
    }
    let orders = rows.iter().map(|(order, state)| OrderSummary::of(order, *state)).collect();
    Ok((headers, Json(OrderPage { orders, next_cursor })))
}
