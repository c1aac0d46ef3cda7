//! What became of an order, now or at its end.

use std::time::Duration;

use amends_coordinator::{Story, story};
use amends_types::SagaId;
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::{Problem, ProblemBody};
use crate::query::{Params, malformed, order_id};
use crate::shared::{self, Shared};
use crate::wire::OrderView;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShowParams {
    /// How many seconds to wait for a verdict before answering; 0 without it.
    #[param(minimum = 0, maximum = 60)]
    wait: Option<u64>,
}

/// Shows an order: where it stands, what each step came to, and what happened when.
///
/// With `wait` the answer comes as soon as there is a verdict (`completed`, `compensated` or `stuck`), or when the time is
/// over; look at `status`.
#[utoipa::path(get, path = "/orders/{order_id}", tag = "orders",
    params(("order_id" = String, Path, description = "The order"), ShowParams),
    responses((status = 200, description = "The order", body = OrderView),
        (status = 400, description = "A parameter cannot be used", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such order", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available, or too many wait", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn show_order(
    State(shared): shared::State,
    Path(id): Path<String>,
    Params(params): Params<ShowParams>,
) -> Result<Json<OrderView>, Problem> {
    let id = order_id(&id)?;
    let wait = Duration::from_secs(params.wait.unwrap_or(0));
    if wait > shared.limits.wait {
        let most = shared.limits.wait.as_secs();
        return Err(malformed(format!("wait must be from 0 to {most} seconds")));
    }
    let found =
        if wait.is_zero() { look(&shared, &id).await? } else { wait_for_end(&shared, &id, wait).await? };
    Ok(Json(match found {
        Story::Whole(story) => OrderView::of_story(&story),
        Story::Pruned(stub) => OrderView::of_stub(&stub),
    }))
}

/// The order's story as it is now.
pub(crate) async fn look(shared: &Shared, id: &SagaId) -> Result<Story, Problem> {
    story(&*shared.coordinator.store, id).await?.ok_or_else(Problem::no_such_order)
}

/// Whether nothing more is to be waited for.
pub(crate) fn has_ended(story: &Story) -> bool {
    match story {
        Story::Whole(story) => !story.saga.is_open(),
        Story::Pruned(_) => true,
    }
}

async fn wait_for_end(shared: &Shared, id: &SagaId, wait: Duration) -> Result<Story, Problem> {
    let _place = shared.wait()?;
    // Before the first look: what happens in between wakes.
    let mut waiter = shared.wakes.waiter(id);
    let deadline = tokio::time::Instant::now() + wait;
    loop {
        let story = look(shared, id).await?;
        if has_ended(&story) || tokio::time::timeout_at(deadline, waiter.wait()).await.is_err() {
            return Ok(story);
        }
    }
}
