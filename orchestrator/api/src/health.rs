//! Whether the process lives, whether it can serve, and its metrics.

use amends_store::{SagaQuery, StoreError};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::ProblemBody;
use crate::shared;

/// The process lives.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `alive`.
    status: &'static str,
}

/// Whether the process can serve.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    ready: bool,
    /// Why not.
    reasons: Vec<String>,
}

/// Says that the process lives.
#[utoipa::path(get, path = "/health", tag = "process", security(()),
    responses((status = 200, description = "The process lives", body = Health)))]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "alive" })
}

/// Says whether orders can be taken: the process has started and does not drain, and the store answers.
#[utoipa::path(get, path = "/ready", tag = "process", security(()),
    responses((status = 200, description = "Orders can be taken", body = Readiness),
        (status = 503, description = "Not now", body = Readiness)))]
pub(crate) async fn ready(State(shared): shared::State) -> Response {
    let mut reasons = shared.process.not_ready();
    let asked = shared.coordinator.store.query(|tx| {
        tx.sagas(&SagaQuery { limit: 1, ..SagaQuery::default() })?;
        Ok::<_, StoreError>(())
    });
    if asked.await.is_err() {
        reasons.push("the store does not answer".to_owned());
    }
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready: reasons.is_empty(), reasons })).into_response()
}

/// Metrics, in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "process",
    responses((status = 200, description = "Metrics", body = String, content_type = "text/plain"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn metrics(State(shared): shared::State) -> Response {
    let text = shared.metrics.text(shared.process.open_sagas());
    ([(header::CONTENT_TYPE, "text/plain; version=1.0.0; charset=utf-8")], text).into_response()
}
