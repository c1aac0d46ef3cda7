//! Pruning what ended long ago.

use std::time::Duration;

use amends_coordinator::{Decision, prune};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{body_of, why};
use crate::auth::Caller;
use crate::problem::{Kind, Problem, ProblemBody};
use crate::shared;

/// A century.
const MOST_DAYS: u32 = 36_500;

/// What is to be pruned, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "older_than_days": 90, "why": "retention", "dry_run": true }))]
pub(crate) struct PruneBody {
    /// What ended longer ago.
    #[schema(minimum = 0, maximum = 36500)]
    older_than_days: u32,
    /// For the log of decisions.
    #[schema(min_length = 1, max_length = 1024)]
    why: String,
    /// Only count.
    #[serde(default)]
    dry_run: bool,
}

/// What was pruned, or would be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Pruned)]
pub(crate) struct PrunedView {
    dry_run: bool,
    pruned: u64,
    /// Old enough, but stuck, owed something or not yet announced.
    kept: u64,
}

/// Replaces orders that ended long ago by stubs, which answer repeats for ever.
#[utoipa::path(post, path = "/prune", tag = "operations", request_body = PruneBody,
    responses((status = 200, description = "How many", body = PrunedView),
        (status = 400, description = "The body is not readable as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available, or not done in time: ask again, which goes on", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn prune_orders(
    State(shared): shared::State,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<PrunedView>, Problem> {
    let body: PruneBody = body_of(&shared, &headers, body).await?;
    let decision = Decision::new(&caller.name, why(&body.why)?);
    if body.older_than_days > MOST_DAYS {
        let detail = format!("older_than_days is at most {MOST_DAYS}");
        return Err(Problem::new(Kind::Invalid, detail));
    }
    let retention = Duration::from_secs(u64::from(body.older_than_days) * 86_400);
    let pruned = prune(&*shared.coordinator.store, retention, body.dry_run, decision).await?;
    Ok(Json(PrunedView { dry_run: body.dry_run, pruned: pruned.pruned, kept: pruned.kept }))
}
