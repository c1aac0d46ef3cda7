//! Succeed: execution ends here, with the state's output.

use amends_asl::Transition;

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::run::Flow;

pub(super) fn enter(scope: &Scope<'_>) -> Result<Flow, Failure> {
    let input = data::effective_input(scope)?;
    Ok(Flow::Leave { output: data::output(scope, &input)?, next: Transition::End })
}
