//! Having what is parked undone, or delivered, once more: of one order, or of all that failed for the same reason.

use amends_coordinator::Decision;
use amends_coordinator::repair::{ParkedQuery, RepairError, Retried, parked, retry};
use amends_types::SagaId;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{body_of, why};
use crate::auth::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::query::order_id;
use crate::shared::{self, Shared};

/// How many work items are read at once.
const BATCH: usize = 100;

/// What is to be undone once more, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "why": "the provider is up again" }))]
pub(crate) struct RetryBody {
    /// For the log of decisions; no personal data.
    #[schema(min_length = 1, max_length = 1024)]
    why: String,
    /// Only this step; all that are parked without it.
    #[schema(nullable)]
    step: Option<String>,
}

/// What a retry began.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetryBegun {
    order_id: String,
    /// The execution that undoes it; null if a notice is owed again.
    execution: Option<String>,
}

/// What is to be undone once more: everything of an error class.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "error_class": "charge: rejected: the refund was refused", "why": "the bank has opened it", "dry_run": true
}))]
pub(crate) struct BulkRetryBody {
    /// The class, as work items have it.
    error_class: String,
    /// For the log of decisions; no personal data.
    #[schema(min_length = 1, max_length = 1024)]
    why: String,
    /// Only say which orders it would be.
    #[serde(default)]
    dry_run: bool,
}

/// What a bulk retry began, or would.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkRetryBegun {
    dry_run: bool,
    /// The orders that are, or would be, undone once more.
    orders: Vec<String>,
    /// Those that somebody else was faster with.
    skipped: Vec<String>,
}

/// Has the parked steps of an order undone once more, by the machine and the workers as they are now.
#[utoipa::path(post, path = "/parked/{order_id}/retry", tag = "operations", request_body = RetryBody,
    params(("order_id" = String, Path, description = "The order")),
    responses((status = 202, description = "It has begun; see the order", body = RetryBegun),
        (status = 400, description = "The body is not readable as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such order", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Nothing is parked, or a repair is under way", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn retry_parked(
    State(shared): shared::State,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<(axum::http::StatusCode, Json<RetryBegun>), Problem> {
    let id = order_id(&id)?;
    let body: RetryBody = body_of(&shared, &headers, body).await?;
    let decision = Decision::new(&caller.name, why(&body.why)?);
    let execution = begin(&shared, &id, body.step.as_deref(), decision).await?;
    let begun = RetryBegun { order_id: id.to_string(), execution };
    Ok((axum::http::StatusCode::ACCEPTED, Json(begun)))
}

/// Has everything of an error class undone once more. Ask with `dry_run` first.
#[utoipa::path(post, path = "/parked/retry", tag = "operations", request_body = BulkRetryBody,
    responses((status = 202, description = "What was begun, or would be", body = BulkRetryBegun),
        (status = 400, description = "The body is not readable as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn retry_class(
    State(shared): shared::State,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<(axum::http::StatusCode, Json<BulkRetryBegun>), Problem> {
    let body: BulkRetryBody = body_of(&shared, &headers, body).await?;
    let decision = Decision::new(&caller.name, why(&body.why)?);
    let mut begun = BulkRetryBegun { dry_run: body.dry_run, orders: vec![], skipped: vec![] };
    let mut query = ParkedQuery { after: None, class: Some(body.error_class.clone()), limit: BATCH };
    loop {
        let items = parked(&*shared.coordinator.store, &query).await?;
        let Some(last) = items.last() else { break };
        query.after = Some(last.saga.clone());
        for item in items {
            let steps = item.parked.iter().filter(|step| step.error_class == body.error_class);
            for step in steps.map(|step| step.step.clone()).take(1) {
                let began = body.dry_run || began(&shared, &item.saga, &step, decision.clone()).await?;
                let list = if began { &mut begun.orders } else { &mut begun.skipped };
                list.push(item.saga.to_string());
            }
        }
    }
    Ok((axum::http::StatusCode::ACCEPTED, Json(begun)))
}

/// Whether it was begun; not if somebody else was faster.
async fn began(shared: &Shared, id: &SagaId, step: &str, decision: Decision) -> Result<bool, Problem> {
    match begin(shared, id, Some(step), decision).await {
        Ok(_) => Ok(true),
        Err(RepairError::Store(error)) => Err(error.into()),
        Err(_) => Ok(false),
    }
}

async fn begin(
    shared: &Shared,
    id: &SagaId,
    step: Option<&str>,
    decision: Decision,
) -> Result<Option<String>, RepairError> {
    let coordinator = &shared.coordinator;
    let engine = coordinator.functions.engine_id();
    let retried = retry(&*coordinator.store, &coordinator.kind, engine, id, step, decision).await?;
    tracing::info!(saga = %id, step, "retry of what is parked");
    shared.wakes.wake(id);
    Ok(match retried {
        Retried::Unwinds(row) => {
            let run = row.run.to_string();
            shared.process.placed(row);
            Some(run)
        }
        Retried::Owed => {
            shared.process.look_at(id);
            None
        }
    })
}
