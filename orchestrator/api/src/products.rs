//! What can be ordered.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::{Problem, ProblemBody};
use crate::query::{Params, limit};
use crate::shared;
use crate::wire::{ProductPage, ProductView};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductParams {
    /// How many at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// Lists products in the order of their SKUs. What is free may be a little old.
#[utoipa::path(get, path = "/products", tag = "products", params(ProductParams),
    responses((status = 200, description = "A page of products", body = ProductPage),
        (status = 400, description = "A parameter cannot be used", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that is not known", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Not available for now", body = ProblemBody, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): shared::State,
    Params(params): Params<ProductParams>,
) -> Result<Json<ProductPage>, Problem> {
    let limit = limit(params.limit)?;
    let after = params.cursor;
    let rows = shared.coordinator.store.query_lagging(move |tx| tx.products(after.as_deref(), limit)).await?;
    let next_cursor = rows.last().filter(|_| rows.len() == limit).map(|last| last.sku.clone());
    Ok(Json(ProductPage { products: rows.iter().map(ProductView::of).collect(), next_cursor }))
}
