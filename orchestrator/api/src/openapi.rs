//! The OpenAPI document, made from the handlers.

use axum::Json;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::{health, operator, orders, products};

/// Sagas that are never half done, over HTTP.
///
/// An order is placed once, however often it is asked for (`POST /orders` with the same `order_id` and body), and runs by
/// itself: `completed`, `compensated` (nothing was charged, reserved or announced in the end) or `stuck` (a person must
/// decide about what could not be undone). Errors are problem details (RFC 9457), whose `type` is stable. Every answer has
/// `X-Correlation-Id`: quote it when you ask about one.
#[derive(OpenApi)]
#[openapi(
    info(title = "Amends order service", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    servers((url = "/")),
    paths(
        orders::place_order, orders::list_orders, orders::show_order, orders::order_events, orders::cancel_order,
        products::list,
        operator::list_parked, operator::show_parked, operator::retry_parked, operator::retry_class,
        operator::resolve_parked, operator::accept_parked, operator::stop_order, operator::drain,
        operator::prune_orders, operator::erase_customer, operator::list_decisions,
        health::health, health::ready, health::metrics,
    ),
    tags(
        (name = "orders", description = "For the order service"),
        (name = "products", description = "What can be ordered"),
        (name = "operations", description = "For operators: what is parked, and what is done about it"),
        (name = "process", description = "Health, readiness and metrics"),
    ),
    security(("token" = [])),
    modifiers(&Security),
)]
struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
            "A token of the role `orders` or `operator`. On loopback without tokens, none is needed.",
        ));
        components.add_security_scheme("token", SecurityScheme::Http(scheme.build()));
    }
}

/// The document, as JSON text with a newline at its end.
///
/// # Panics
/// Never: the document is plain data.
pub fn document() -> String {
    Document::openapi().to_pretty_json().expect("the document is plain data") + "\n"
}

pub(crate) async fn serve() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}
