//! What the language has and this interpreter does not run yet. A state that needs it fails when it is entered, before
//! anything of it happens; it is never run as something else.

use amends_asl::{QueryLanguage, State, StateKind};

use super::failure::{Failure, Origin};

/// Refuses the state if it needs what is not there yet.
pub(super) fn check(state: &State) -> Result<(), Failure> {
    let assigns_in_part = match &state.kind {
        StateKind::Task(task) => task.catch.iter().any(|catcher| catcher.assign.is_some()),
        StateKind::Choice(choice) => choice.branches.iter().any(|branch| branch.assign.is_some()),
        _ => false,
    };
    let what = match &state.kind {
        StateKind::Parallel(_) => "State type 'Parallel' is",
        StateKind::Map(_) => "State type 'Map' is",
        _ if state.query_language == QueryLanguage::Jsonata => "JSONata is",
        _ if state.assign.is_some() || assigns_in_part => "'Assign' is",
        _ if !state.variables.is_empty() => "Variables are",
        _ => return Ok(()),
    };
    Err(Failure {
        error: "Amends.NotSupportedYet".to_owned(),
        cause: Some(format!("{what} not supported yet")),
        origin: Origin::Runtime,
    })
}
