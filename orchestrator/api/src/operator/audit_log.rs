//! The log of decisions.

use amends_store::{AuditQuery, AuditRow};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{Problem, ProblemBody};
use crate::query::{Params, limit, malformed};
use crate::shared;

/// A decision, as it was recorded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    seq: u64,
    at: String,
    /// Who decided.
    actor: String,
    /// `cancel`, `stop`, `retry`, `resolve`, `accept`, `drain`, `prune`, `erase` or `restore`.
    action: &'static str,
    order_id: Option<String>,
    step: Option<String>,
    /// Why.
    why: String,
    /// What else belongs to it.
    detail: serde_json::Value,
}

/// A page of the log, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPage {
    entries: Vec<AuditEntry>,
    /// What to ask with (`after`) for the next page; null at the end.
    next: Option<u64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// Only entries with a greater number.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Only those about this order.
    order_id: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// Lists decisions, oldest first: who, when, what and why. The log only grows.
#[utoipa::path(get, path = "/audit-log", tag = "operations", params(AuditParams),
    responses((status = 200, description = "A page of the log", body = AuditPage),
        (status = 400, description = "A parameter cannot be used", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn list_decisions(
    State(shared): shared::State,
    Params(params): Params<AuditParams>,
) -> Result<Json<AuditPage>, Problem> {
    let saga = params.order_id.as_deref().map(str::parse).transpose();
    let saga = saga.map_err(|_| malformed("order_id is no order id"))?;
    let after = u64::try_from(params.after.unwrap_or(0));
    let after = after.map_err(|_| malformed("after must be a number that was answered here"))?;
    let query = AuditQuery { after, saga, limit: limit(params.limit)? };
    let most = query.limit;
    let rows = shared.coordinator.store.query(move |tx| tx.audit_log(&query)).await?;
    let next = rows.last().filter(|_| rows.len() == most).map(|last| last.seq);
    Ok(Json(AuditPage { entries: rows.into_iter().map(entry).collect(), next }))
}

fn entry(row: AuditRow) -> AuditEntry {
    let decision = row.decision;
    AuditEntry {
        seq: row.seq,
        at: row.at.to_string(),
        actor: decision.actor,
        action: decision.action.name(),
        order_id: decision.saga.map(|saga| saga.to_string()),
        step: decision.step,
        why: decision.why,
        detail: decision.detail,
    }
}
