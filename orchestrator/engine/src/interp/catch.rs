//! Catch: an error that was not retried leads to the state of the first catcher that names it.

use std::sync::Arc;

use amends_asl::{Catcher, QueryLanguage, States, Transition};
use serde_json::{Value, json};

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
    let cause = failure.cause.as_deref().unwrap_or_default();
    let error = Arc::new(json!({"Error": failure.error, "Cause": cause}));
    Some(leave(catcher, &error, scope))
}

fn leave(catcher: &Catcher, error: &Arc<Value>, scope: &Scope<'_>) -> Result<Flow, Failure> {
    let next = Transition::Next(catcher.next);
    if scope.state.query_language == QueryLanguage::Jsonata {
        let states = States::of(&scope.visit.input).with_error_output(error);
        let parts = (catcher.output.as_ref(), catcher.assign.as_ref());
        return data::query(scope, &states, parts, error, next);
    }
    let assigned = data::assigned(catcher.assign.as_ref(), &States::of(error), scope)?;
    let output = data::merge(&catcher.result_path, scope, Arc::clone(error))?;
    Ok(Flow::Leave { output, assigned, next })
}
