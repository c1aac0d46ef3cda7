//! Placing an order: once, however often it is asked for.

use amends_coordinator::{NewOrder, PlaceError, Placed, Placing, place};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use crate::auth::Caller;
use crate::body::read_json;
use crate::problem::{Kind, Problem, ProblemBody};
use crate::shared::{self, Shared};
use crate::wire::{NewOrderBody, OrderPlaced};

const KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The most characters of a key.
const MOST_KEY_CHARACTERS: usize = 200;

/// Places an order. It is durable before the answer, and its saga then runs by itself: see `status_url`.
///
/// Asked again with the same order, it answers the same and orders nothing; so after a lost answer, ask again.
#[utoipa::path(post, path = "/orders", tag = "orders", request_body = NewOrderBody,
    params(("Idempotency-Key" = Option<String>, Header, max_length = 200,
        description = "A key of the request, 1 to 200 visible ASCII characters; the order's id without it")),
    responses(
        (status = 201, description = "The order is placed, now or before", body = OrderPlaced, headers(
            ("Location" = String, description = "Where to see what becomes of it"),
            ("Idempotent-Replayed" = Option<String>, description = "`true` if it was placed before"))),
        (status = 400, description = "The body is not readable as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "There is another order of this id (`order-conflict`), or the same request is being worked on (`in-flight`: ask again after Retry-After)", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The order cannot be accepted (`invalid`), or the key was used for another one (`idempotency-key-reused`)", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests; see Retry-After", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available, draining or overloaded; see Retry-After", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn place_order(
    State(shared): shared::State,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    refuse_early(&shared)?;
    let key = key(&headers)?;
    let bytes = read_json(&headers, body, &shared.limits).await?;
    let order = NewOrder::from_json(&bytes).map_err(|error| {
        let kind = if error.is_unreadable() { Kind::Malformed } else { Kind::Invalid };
        Problem::new(kind, error.to_string())
    })?;
    let id = order.id.clone();
    tracing::Span::current().record("saga", id.as_str());
    let busy = || Problem::new(Kind::InFlight, "this request is being worked on; ask again").retry_after(1);
    let _entry = shared.in_flight.enter(key.as_deref().unwrap_or(id.as_str())).ok_or_else(busy)?;
    let placing = Placing { actor: caller.name, key, home: shared.home() };
    let coordinator = &shared.coordinator;
    let placed = place(&*coordinator.store, &coordinator.kind, order, placing).await.map_err(problem)?;
    let (created, is_new) = match placed {
        Placed::New(row) => {
            let created = row.created;
            tracing::info!(saga = %id, "order placed");
            shared.metrics.placed();
            shared.process.placed(row);
            (created, true)
        }
        Placed::Repeated(saga) => (saga.created, false),
        Placed::Pruned(stub) => (stub.created, false),
    };
    let status_url = format!("/orders/{id}");
    let body = OrderPlaced {
        order_id: id.to_string(),
        status_url: status_url.clone(),
        created: created.to_string(),
    };
    let mut response = (StatusCode::CREATED, [(header::LOCATION, status_url)], Json(body)).into_response();
    if !is_new {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Before anything is read: what cannot be finished well is not begun.
fn refuse_early(shared: &Shared) -> Result<(), Problem> {
    if shared.process.is_draining() {
        shared.metrics.refused("drain");
        let detail = "no more orders are taken here; another instance may take them";
        return Err(Problem::new(Kind::Draining, detail).retry_after(5));
    }
    if shared.process.open_sagas() >= shared.limits.open_sagas {
        shared.metrics.refused("open_sagas");
        return Err(Problem::new(Kind::Overloaded, "too many orders are under way").retry_after(5));
    }
    Ok(())
}

/// The key of the request. Quotes around it, as structured fields have them, do not belong to it.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(KEY) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let is_key =
        (1..=MOST_KEY_CHARACTERS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_key || headers.get_all(KEY).iter().count() > 1 {
        let detail = "Idempotency-Key must be one key of 1 to 200 visible ASCII characters";
        return Err(Problem::new(Kind::Malformed, detail));
    }
    Ok(Some(text.to_owned()))
}

fn problem(error: PlaceError) -> Problem {
    match error {
        PlaceError::Invalid(error) => Problem::new(Kind::Invalid, error.to_string()),
        PlaceError::Conflict => Problem::new(Kind::OrderConflict, PlaceError::Conflict.to_string()),
        PlaceError::KeyReused => Problem::new(Kind::KeyReused, PlaceError::KeyReused.to_string()),
        PlaceError::Store(error) => error.into(),
    }
}
