//! Work items: orders with something that could not be undone, and what is or may still be held.

use std::collections::BTreeMap;

use amends_coordinator::repair::{Held, ParkedQuery, ParkedStep, WorkItem, parked, work_item};
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{Kind, Problem, ProblemBody};
use crate::query::{Params, limit, malformed, order_id};
use crate::shared;
use crate::wire::{MoneyView, OrderStatusView};

/// An order that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkItem)]
pub(crate) struct WorkItemView {
    order_id: String,
    /// `stuck`; or `completed` or `compensated` if only a notice is parked.
    status: OrderStatusView,
    /// Why it was undone.
    reason: Option<String>,
    ended: Option<String>,
    /// What the order costs.
    total: Option<MoneyView>,
    /// The residual bill: what could not be undone, or delivered.
    parked: Vec<ParkedStepView>,
}

/// A step that could not be undone, or delivered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParkedStep)]
pub(crate) struct ParkedStepView {
    step: String,
    best_effort: bool,
    /// `yes` if the effect is there, `maybe` if an attempt to do or to undo it was never answered.
    held: &'static str,
    /// The provider's ids, by kind.
    objects: BTreeMap<String, String>,
    /// What the step reported, without personal data.
    output: Option<serde_json::Value>,
    reason: String,
    /// What it has in common with others that failed for the same reason: see `POST /parked/retry`.
    error_class: String,
    attempts: u32,
    undo_attempts: u32,
    since: Option<String>,
}

/// A page of work items.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParkedPage {
    items: Vec<WorkItemView>,
    /// What to ask with for the next page; null at the end.
    next_cursor: Option<String>,
}

impl WorkItemView {
    pub(crate) fn of(item: WorkItem) -> Self {
        Self {
            order_id: item.saga.to_string(),
            status: OrderStatusView::of(item.state),
            reason: item.reason,
            ended: item.ended.map(|ended| ended.to_string()),
            total: item.total.map(MoneyView::from),
            parked: item.parked.into_iter().map(step).collect(),
        }
    }
}

fn step(step: ParkedStep) -> ParkedStepView {
    ParkedStepView {
        step: step.step,
        best_effort: step.best_effort,
        held: match step.held {
            Held::Yes => "yes",
            Held::Maybe => "maybe",
        },
        objects: step.objects,
        output: step.output,
        reason: step.reason,
        error_class: step.error_class,
        attempts: step.attempts,
        undo_attempts: step.undo_attempts,
        since: step.since.map(|since| since.to_string()),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ParkedParams {
    /// Only those with a step of this error class.
    error_class: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// Lists what waits for a person.
#[utoipa::path(get, path = "/parked", tag = "operations", params(ParkedParams),
    responses((status = 200, description = "A page of work items", body = ParkedPage),
        (status = 400, description = "A parameter cannot be used", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn list_parked(
    State(shared): shared::State,
    Params(params): Params<ParkedParams>,
) -> Result<Json<ParkedPage>, Problem> {
    let after = params.cursor.as_deref().map(str::parse).transpose();
    let after = after.map_err(|_| malformed("the cursor is not one that was answered here"))?;
    let query = ParkedQuery { after, class: params.error_class, limit: limit(params.limit)? };
    let items = parked(&*shared.coordinator.store, &query).await?;
    let next_cursor = items.last().filter(|_| items.len() == query.limit).map(|last| last.saga.to_string());
    Ok(Json(ParkedPage { items: items.into_iter().map(WorkItemView::of).collect(), next_cursor }))
}

/// Shows one work item.
#[utoipa::path(get, path = "/parked/{order_id}", tag = "operations",
    params(("order_id" = String, Path, description = "The order")),
    responses((status = 200, description = "The work item", body = WorkItemView),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "Nothing of this order is parked", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn show_parked(
    State(shared): shared::State,
    Path(id): Path<String>,
) -> Result<Json<WorkItemView>, Problem> {
    let item = work_item(&*shared.coordinator.store, &order_id(&id)?).await?;
    let item = item.ok_or_else(|| Problem::new(Kind::NotFound, "nothing of this order is parked"))?;
    Ok(Json(WorkItemView::of(item)))
}
