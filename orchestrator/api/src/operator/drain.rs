//! Draining: no more orders, and the end when those under way have ended.

use amends_coordinator::Decision;
use amends_store::AuditAction;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};

use super::body::{Done, WhyBody, body_of, why};
use crate::auth::Caller;
use crate::problem::{Problem, ProblemBody};
use crate::shared;

/// Makes this process take no more orders and end once those under way have ended.
#[utoipa::path(post, path = "/drain", tag = "operations", request_body = WhyBody,
    responses((status = 202, description = "It drains", body = Done),
        (status = 400, description = "The body is not readable as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn drain(
    State(shared): shared::State,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Done>), Problem> {
    let body: WhyBody = body_of(&shared, &headers, body).await?;
    let record = Decision::new(&caller.name, why(&body.why)?).record(AuditAction::Drain, None);
    shared.coordinator.store.transact(move |tx| tx.append_audit(&record)).await?;
    shared.process.drain();
    let open = shared.process.open_sagas();
    Ok((StatusCode::ACCEPTED, Json(Done { done: format!("draining: {open} orders are under way") })))
}
