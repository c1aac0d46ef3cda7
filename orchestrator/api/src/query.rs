//! Query parameters, which are refused as problems, and cursors.

use amends_types::{SagaId, Timestamp};
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::{Kind, Problem};

/// The most rows of a page.
pub(crate) const MOST_ROWS: usize = 500;
/// How many rows a page has if nobody says.
const USUAL_ROWS: usize = 50;

/// The parameters of a query.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(_) => Err(malformed(
                "a query parameter is unknown, doubled or of the wrong kind; see /openapi.json",
            )),
        }
    }
}

pub(crate) fn malformed(detail: impl Into<String>) -> Problem {
    Problem::new(Kind::Malformed, detail)
}

/// How many rows a page shall have.
pub(crate) fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(USUAL_ROWS) {
        limit @ 1..=MOST_ROWS => Ok(limit),
        _ => Err(malformed(format!("limit must be from 1 to {MOST_ROWS}"))),
    }
}

/// A time as RFC 3339 has it.
pub(crate) fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let time: jiff::Timestamp =
        text.parse().map_err(|_| malformed(format!("{name} must be a time such as 2026-01-01T00:00:00Z")))?;
    Ok(Some(Timestamp::from_micros(time.as_microsecond())))
}

/// An order id in a path. What can be none names no order.
pub(crate) fn order_id(text: &str) -> Result<SagaId, Problem> {
    text.parse().map_err(|_| Problem::no_such_order())
}

/// A place in the list of orders, as a cursor. Clients do not look into it.
pub(crate) fn cursor_of(created: Timestamp, id: &SagaId) -> String {
    format!("{}.{id}", created.as_micros())
}

/// The place that a cursor stands for.
pub(crate) fn read_cursor(text: Option<&str>) -> Result<Option<(Timestamp, SagaId)>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let place = text
        .split_once('.')
        .and_then(|(created, id)| Some((Timestamp::from_micros(created.parse().ok()?), id.parse().ok()?)));
    place.map(Some).ok_or_else(|| malformed("the cursor is not one that was answered here"))
}
