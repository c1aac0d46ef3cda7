//! Saying what became of a parked effect: that it was undone outside, or that it is accepted as it is.

use amends_coordinator::Decision;
use amends_coordinator::repair::{HowDecided, decide};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{WhyBody, body_of, why};
use crate::auth::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::query::order_id;
use crate::shared::{self, Shared};
use crate::wire::OrderStatusView;

/// Where it can be looked up that an effect was undone, and why that is believed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "why": "refunded by hand", "reference": "re_123" }))]
pub(crate) struct ResolveBody {
    /// For the log of decisions; no personal data.
    #[schema(min_length = 1, max_length = 1024)]
    why: String,
    /// The provider's id of the refund, a ticket.
    #[schema(nullable)]
    reference: Option<String>,
}

/// What a decision came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decided {
    order_id: String,
    step: String,
    /// Where the order stands now: `compensated` once nothing required is parked any more.
    status: OrderStatusView,
}

/// Records that a parked effect was undone outside. The audit still looks for it at the provider.
#[utoipa::path(post, path = "/parked/{order_id}/{step}/resolve", tag = "operations", request_body = ResolveBody,
    params(("order_id" = String, Path, description = "The order"), ("step" = String, Path, description = "The step")),
    responses((status = 200, description = "It is recorded", body = Decided),
        (status = 400, description = "The body is not readable as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such order", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The step is not parked, or a repair is under way", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn resolve_parked(
    State(shared): shared::State,
    Extension(caller): Extension<Caller>,
    Path((id, step)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Decided>, Problem> {
    let body: ResolveBody = body_of(&shared, &headers, body).await?;
    let decision = Decision::new(&caller.name, why(&body.why)?);
    record(&shared, &id, step, HowDecided::Resolved { reference: body.reference }, decision).await
}

/// Accepts a parked effect as it is. It is never hidden: the order and the audit show for ever that it was accepted.
#[utoipa::path(post, path = "/parked/{order_id}/{step}/accept", tag = "operations", request_body = WhyBody,
    params(("order_id" = String, Path, description = "The order"), ("step" = String, Path, description = "The step")),
    responses((status = 200, description = "It is recorded", body = Decided),
        (status = 400, description = "The body is not readable as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such order", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "The step is not parked, or a repair is under way", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn accept_parked(
    State(shared): shared::State,
    Extension(caller): Extension<Caller>,
    Path((id, step)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Decided>, Problem> {
    let body: WhyBody = body_of(&shared, &headers, body).await?;
    let decision = Decision::new(&caller.name, why(&body.why)?);
    record(&shared, &id, step, HowDecided::Accepted, decision).await
}

async fn record(
    shared: &Shared,
    id: &str,
    step: String,
    how: HowDecided,
    decision: Decision,
) -> Result<Json<Decided>, Problem> {
    let id = order_id(id)?;
    let state = decide(&*shared.coordinator.store, &id, &step, how, decision).await?;
    tracing::info!(saga = %id, step, "decision about what is parked");
    shared.wakes.wake(&id);
    Ok(Json(Decided { order_id: id.to_string(), step, status: OrderStatusView::of(state) }))
}
