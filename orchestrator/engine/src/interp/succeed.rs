//! Succeed: execution ends here, with the state's output.

use amends_asl::Transition;

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::run::Flow;

pub(super) fn enter(scope: &Scope<'_>) -> Result<Flow, Failure> {
    data::leave(scope, Transition::End)
}
