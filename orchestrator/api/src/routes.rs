//! The routes, and what every request goes through.

use std::any::Any;
use std::sync::Arc;

use amends_coordinator::Coordinator;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;

use crate::in_flight::InFlight;
use crate::problem::{Kind, Problem};
use crate::rate_limit::RateLimit;
use crate::shared::Shared;
use crate::{
    Auth, Limits, Metrics, Process, Wakes, access, correlation, health, openapi, operator, orders, products,
};

/// What an API is made of.
pub struct ApiParts {
    /// Store, engine, workers and kind of saga.
    pub coordinator: Coordinator,
    /// Whether somebody outside is told of ends.
    pub announce: bool,
    /// The process that the API is a part of.
    pub process: Arc<dyn Process>,
    /// Who wakes those who wait.
    pub wakes: Wakes,
    /// Where requests are counted.
    pub metrics: Metrics,
    /// How callers are known.
    pub auth: Auth,
    /// What a client can ask for.
    pub limits: Limits,
}

/// The order service over HTTP.
#[derive(Clone)]
pub struct Api {
    pub(crate) router: Router,
    pub(crate) limits: Limits,
    pub(crate) auth: Auth,
}

impl Api {
    /// An API of these parts.
    pub fn new(parts: ApiParts) -> Self {
        let ApiParts { coordinator, announce, process, wakes, metrics, auth, limits } = parts;
        let shared = Arc::new(Shared {
            coordinator,
            announce,
            process,
            wakes,
            metrics,
            auth: auth.clone(),
            rate_limit: RateLimit::new(&limits),
            requests: Arc::new(Semaphore::new(limits.requests)),
            waiters: Arc::new(Semaphore::new(limits.waiters)),
            limits: limits.clone(),
            in_flight: InFlight::default(),
        });
        Self { router: router(shared), limits, auth }
    }

    /// The routes, for tests without a server.
    pub fn router(&self) -> Router {
        self.router.clone()
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let for_orders = Router::new()
        .route("/orders", post(orders::place_order).get(orders::list_orders))
        .route("/orders/{order_id}", get(orders::show_order))
        .route("/orders/{order_id}/events", get(orders::order_events))
        .route("/orders/{order_id}/cancel", post(orders::cancel_order))
        .route("/products", get(products::list))
        .route_layer(from_fn_with_state(shared.clone(), access::orders));
    let for_operators = Router::new()
        .route("/orders/{order_id}/stop", post(operator::stop_order))
        .route("/parked", get(operator::list_parked))
        .route("/parked/retry", post(operator::retry_class))
        .route("/parked/{order_id}", get(operator::show_parked))
        .route("/parked/{order_id}/retry", post(operator::retry_parked))
        .route("/parked/{order_id}/{step}/resolve", post(operator::resolve_parked))
        .route("/parked/{order_id}/{step}/accept", post(operator::accept_parked))
        .route("/drain", post(operator::drain))
        .route("/prune", post(operator::prune_orders))
        .route("/erase", post(operator::erase_customer))
        .route("/audit-log", get(operator::list_decisions))
        .route("/metrics", get(health::metrics))
        .route_layer(from_fn_with_state(shared.clone(), access::operator));
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/openapi.json", get(openapi::serve))
        .merge(for_orders)
        .merge(for_operators)
        .fallback(|| async { Problem::new(Kind::NotFound, "there is nothing here; see /openapi.json") })
        .method_not_allowed_fallback(|| async {
            Problem::new(Kind::MethodNotAllowed, "this is not done with this method; see the header Allow")
        })
        .layer(from_fn_with_state(shared.clone(), access::shed))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(problems_only))
        .layer(from_fn_with_state(shared.clone(), correlation::correlate))
        .with_state(shared)
}

/// A mistake of ours ends one request, not the process.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::new(Kind::Internal, "the request could not be carried out; the log says why").into_response()
}

/// Whatever refuses a request before a handler does, such as a path that is no text, refuses it as a problem too.
async fn problems_only(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let is_problem = response
        .headers()
        .get(axum::http::header::CONTENT_TYPE)
        .is_some_and(|value| value == "application/problem+json" || value == "application/json");
    if !status.is_client_error() && !status.is_server_error() || is_problem {
        return response;
    }
    let kind = if status.is_server_error() { Kind::Internal } else { Kind::Malformed };
    Problem::new(kind, "the request cannot be read; see /openapi.json").into_response()
}
