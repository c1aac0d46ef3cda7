//! Choice: the first branch whose rule holds is taken.

use amends_asl::{Choice, ChoiceBranch, States, Transition};

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::run::Flow;

pub(super) fn enter(choice: &Choice, scope: &Scope<'_>) -> Result<Flow, Failure> {
    match chosen(choice, scope)? {
        Some(branch) => data::leave_by(
            scope,
            branch.output.as_ref(),
            branch.assign.as_ref(),
            Transition::Next(branch.next),
        ),
        None => {
            let next = choice.default.ok_or_else(|| {
                let message =
                    "Failed to transition out of the state. The state does not point to a next state.";
                Failure::runtime(scope, message)
            })?;
            data::leave(scope, Transition::Next(next))
        }
    }
}

fn chosen<'a>(choice: &'a Choice, scope: &Scope<'_>) -> Result<Option<&'a ChoiceBranch>, Failure> {
    let input = data::effective_input(scope)?;
    for branch in &choice.branches {
        let holds = branch.condition.holds(&States::of(&input), scope);
        if holds.map_err(|error| Failure::evaluation(scope, &error))? {
            return Ok(Some(branch));
        }
    }
    Ok(None)
}
