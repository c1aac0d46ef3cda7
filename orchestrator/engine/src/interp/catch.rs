//! Catch: an error that was not retried leads to the state of the first catcher that names it.

use std::sync::Arc;

use amends_asl::{Catcher, Transition};
use serde_json::json;

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::run::Flow;

/// Where the error leads; `None` if nothing catches it. `OutputPath` has no part in this.
pub(super) fn handle(
    catchers: &[Catcher],
    failure: &Failure,
    scope: &Scope<'_>,
) -> Option<Result<Flow, Failure>> {
    let catcher = catchers.iter().find(|catcher| failure.is_among(&catcher.errors))?;
    let error = json!({"Error": failure.error, "Cause": failure.cause.as_deref().unwrap_or_default()});
    let output = data::merge(&catcher.result_path, scope, Arc::new(error));
    Some(output.map(|output| Flow::Leave { output, next: Transition::Next(catcher.next) }))
}
