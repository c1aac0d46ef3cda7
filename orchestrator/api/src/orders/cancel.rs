//! Cancelling an order: it comes to nothing, if it is not too late.

use amends_coordinator::{Cancel, Decision, cancel};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};

use crate::auth::Caller;
use crate::body::read_optional_json;
use crate::problem::{Kind, Problem, ProblemBody};
use crate::query::order_id;
use crate::shared;
use crate::wire::{CancelBody, CancelTaken, status_name};

/// Cancels an order. Its end is not waited for: it is undone by itself.
#[utoipa::path(post, path = "/orders/{order_id}/cancel", tag = "orders",
    params(("order_id" = String, Path, description = "The order")),
    request_body = Option<CancelBody>,
    responses((status = 202, description = "It will come to nothing, or did so before", body = CancelTaken),
        (status = 400, description = "The body is not readable as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such order", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "It has ended", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "The body has something else in it", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn cancel_order(
    State(shared): shared::State,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<CancelTaken>), Problem> {
    let id = order_id(&id)?;
    tracing::Span::current().record("saga", id.as_str());
    let body = match read_optional_json(&headers, body, &shared.limits).await? {
        None => CancelBody::default(),
        Some(bytes) => crate::operator::read_body(&bytes)?,
    };
    let reason = match body.reason.as_deref() {
        None | Some("") => "cancelled by the order service",
        Some(reason) => crate::operator::why(reason)?,
    };
    let cancelled = cancel(&*shared.coordinator.store, &id, Decision::new(&caller.name, reason)).await?;
    let was_under_way = match cancelled {
        Cancel::Requested => false,
        Cancel::UnderWay => true,
        Cancel::NoSuchSaga => return Err(Problem::no_such_order()),
        Cancel::TooLate(state) => {
            let detail = format!("the order is {}; that is its end", status_name(state));
            return Err(Problem::new(Kind::HasVerdict, detail));
        }
    };
    shared.wakes.wake(&id);
    let status_url = format!("/orders/{id}");
    Ok((StatusCode::ACCEPTED, Json(CancelTaken { order_id: id.to_string(), was_under_way, status_url })))
}
