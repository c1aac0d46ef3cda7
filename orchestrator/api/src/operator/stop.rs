//! Stopping the execution of an order, as the Stop button of the console does.

use amends_coordinator::{Decision, RelayError, Stop, stop};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};

use super::body::{Done, WhyBody, body_of, why};
use crate::auth::Caller;
use crate::problem::{Kind, Problem, ProblemBody};
use crate::query::order_id;
use crate::shared;

/// Stops the execution of an order. The sweeper then undoes the order.
#[utoipa::path(post, path = "/orders/{order_id}/stop", tag = "operations", request_body = WhyBody,
    params(("order_id" = String, Path, description = "The order")),
    responses((status = 202, description = "It was stopped, and is undone", body = Done),
        (status = 400, description = "The body is not readable as JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "Not an operator's token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such order", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "Nothing runs that could be stopped here", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn stop_order(
    State(shared): shared::State,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Done>), Problem> {
    let id = order_id(&id)?;
    let body: WhyBody = body_of(&shared, &headers, body).await?;
    let decision = Decision::new(&caller.name, why(&body.why)?);
    let coordinator = &shared.coordinator;
    let stopped = stop(&*coordinator.store, &*coordinator.functions, &coordinator.kind, &id, decision).await;
    let stopped = stopped.map_err(|error| match error {
        RelayError::Store(error) => error.into(),
        RelayError::StepFunctions(error) => {
            tracing::error!(error = %error, "step functions failed");
            Problem::new(Kind::Unavailable, "the engine is not available; ask again").retry_after(2)
        }
    })?;
    match stopped {
        Stop::Stopped(execution) => {
            tracing::info!(saga = %id, execution = %execution.run, "execution stopped");
            shared.process.look_at(&id);
            Ok((
                StatusCode::ACCEPTED,
                Json(Done { done: format!("execution {} was stopped", execution.run) }),
            ))
        }
        Stop::NoSuchSaga => Err(Problem::no_such_order()),
        Stop::NotRunning => Err(Problem::new(Kind::NotRunning, "no execution of this order runs")),
        Stop::Elsewhere => {
            let detail = "its execution runs in another instance; stop it there";
            Err(Problem::new(Kind::NotRunning, detail))
        }
    }
}
