//! Parallel: every branch is given the same, and the result is the list of what they come to.

use amends_asl::Parallel;

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::fork::{Fork, Work};
use super::run::Flow;
use super::turn::Turn;
use crate::history::Event;

pub(super) fn enter(parallel: &Parallel, scope: &Scope<'_>, turn: &mut Turn<'_>) -> Result<Flow, Failure> {
    let input = data::effective_input(scope)?;
    let given = data::apply_template(parallel.parameters.as_ref(), &input, scope)?;
    data::check_size(scope, &given)?;
    turn.record(|| Event::StateStarted { state_type: "Parallel", length: None });
    let total = parallel.branches.len();
    Ok(Flow::Fork(Box::new(Fork::new(Work::Branches(given), total, total))))
}
