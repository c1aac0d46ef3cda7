//! Fail: execution ends here, with an error and a cause.

use amends_asl::{Fail, FailText, States};

use super::context::Scope;
use super::failure::Failure;
use super::run::Flow;

pub(super) fn enter(fail: &Fail, scope: &Scope<'_>) -> Result<Flow, Failure> {
    Ok(Flow::Fail { error: text(fail.error.as_ref(), scope)?, cause: text(fail.cause.as_ref(), scope)? })
}

fn text(source: Option<&FailText>, scope: &Scope<'_>) -> Result<Option<String>, Failure> {
    let text = source.map(|source| source.evaluate(&States::of(&scope.visit.input), scope)).transpose();
    text.map_err(|error| Failure::evaluation(scope, &error))
}
