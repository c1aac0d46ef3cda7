//! The state that a test is of.

use std::sync::Arc;

use amends_asl::{StateIndex, StateMachine};
use serde_json::Value;

use super::{TestRequest, TestStateError};

/// A state, and the machine that it is in.
pub(super) struct Found {
    pub(super) machine: Arc<StateMachine>,
    pub(super) state: StateIndex,
}

pub(super) fn state(request: &TestRequest) -> Result<Found, TestStateError> {
    let invalid = |error: amends_asl::DefinitionError| TestStateError::Definition(error.to_string());
    let Some(name) = &request.state_name else {
        let machine = match serde_json::from_str::<Value>(&request.definition) {
            Ok(definition) => StateMachine::of_state(&definition).map_err(invalid)?,
            // In the words that a machine's definition is refused with.
            Err(_) => StateMachine::parse(&request.definition).map_err(invalid)?,
        };
        let state = machine.start();
        return Ok(Found { machine: Arc::new(machine), state });
    };
    let machine = Arc::new(StateMachine::parse(&request.definition).map_err(invalid)?);
    find(&machine, name).ok_or_else(|| TestStateError::Validation("State not found in definition".to_owned()))
}

/// However deep.
fn find(machine: &Arc<StateMachine>, name: &str) -> Option<Found> {
    if let Some(state) = machine.index_of(name) {
        return Some(Found { machine: Arc::clone(machine), state });
    }
    machine.states().iter().flat_map(amends_asl::State::machines).find_map(|within| find(within, name))
}
