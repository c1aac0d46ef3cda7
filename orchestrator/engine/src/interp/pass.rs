//! Pass: the result is at hand, and execution goes on.

use std::sync::Arc;

use amends_asl::Pass;

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::run::Flow;

pub(super) fn enter(pass: &Pass, scope: &Scope<'_>) -> Result<Flow, Failure> {
    let input = data::effective_input(scope)?;
    let result = match &pass.result {
        Some(result) => Arc::clone(result),
        None => data::apply_template(pass.parameters.as_ref(), &input, scope)?,
    };
    let merged = data::merge(&pass.result_path, scope, result)?;
    Ok(Flow::Leave { output: data::output(scope, &merged)?, next: pass.next })
}
