//! Pass: the result is at hand, and execution goes on.

use std::sync::Arc;

use amends_asl::{Pass, QueryLanguage};

use super::context::Scope;
use super::data::{self, Shape};
use super::failure::Failure;
use super::run::Flow;

pub(super) fn enter(pass: &Pass, scope: &Scope<'_>) -> Result<Flow, Failure> {
    if scope.state.query_language == QueryLanguage::Jsonata {
        return data::leave(scope, pass.next);
    }
    let input = data::effective_input(scope)?;
    let result = match &pass.result {
        Some(result) => Arc::clone(result),
        None => data::apply_template(pass.parameters.as_ref(), &input, scope)?,
    };
    let shape = Shape { result_selector: None, result_path: &pass.result_path };
    data::leave_with(scope, result, shape, pass.next)
}
