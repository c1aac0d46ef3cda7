//! Erasing what is personal of one customer.

use amends_coordinator::{Decision, erase};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{body_of, why};
use crate::auth::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::shared;

/// Whose data is to be erased, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "customer_id": "c-1", "why": "asked on 2026-01-01", "dry_run": true }))]
pub(crate) struct EraseBody {
    /// The order service's id of the customer.
    customer_id: String,
    /// For the log of decisions; no personal data.
    #[schema(min_length = 1, max_length = 1024)]
    why: String,
    /// Only count.
    #[serde(default)]
    dry_run: bool,
}

/// What was erased, or would be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erased)]
pub(crate) struct ErasedView {
    dry_run: bool,
    /// Orders of which the personal data was erased. What was bought and paid stays.
    erased: u64,
    /// Orders that still need it: ask again when they have ended.
    kept: Vec<String>,
}

/// Erases address, telephone number, payment method and id of a customer, wherever they were copied to.
#[utoipa::path(post, path = "/erase", tag = "operations", request_body = EraseBody,
    responses((status = 200, description = "How many orders", body = ErasedView),
        (status = 400, description = "The body is not readable as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available, or not done in time: ask again, which goes on", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn erase_customer(
    State(shared): shared::State,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ErasedView>, Problem> {
    let body: EraseBody = body_of(&shared, &headers, body).await?;
    let decision = Decision::new(&caller.name, why(&body.why)?);
    let erased = erase(&*shared.coordinator.store, &body.customer_id, body.dry_run, decision).await?;
    let kept = erased.kept.iter().map(ToString::to_string).collect();
    Ok(Json(ErasedView { dry_run: body.dry_run, erased: erased.erased, kept }))
}
