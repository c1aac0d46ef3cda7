//! Choice: the first branch whose rule holds is taken.

use amends_asl::{Choice, States, Transition};

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::run::Flow;

pub(super) fn enter(choice: &Choice, scope: &Scope<'_>) -> Result<Flow, Failure> {
    let input = data::effective_input(scope)?;
    let mut chosen = choice.default;
    for branch in &choice.branches {
        if branch
            .condition
            .holds(&States::of(&input), scope)
            .map_err(|error| Failure::runtime(error.to_string()))?
        {
            chosen = Some(branch.next);
            break;
        }
    }
    let next = chosen.ok_or_else(|| {
        Failure::runtime("Failed to transition out of the state. The state does not point to a next state.")
    })?;
    Ok(Flow::Leave { output: data::output(scope, &input)?, next: Transition::Next(next) })
}
