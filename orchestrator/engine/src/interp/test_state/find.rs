//! The state that a test is of.

use std::sync::Arc;

use amends_asl::{Map, StateIndex, StateKind, StateMachine};
use serde_json::Value;

use super::{TestRequest, TestStateError};

/// A state, the machine that it is in, and the Map state whose items that works on.
pub(super) struct Found {
    pub(super) machine: Arc<StateMachine>,
    pub(super) state: StateIndex,
    pub(super) within: Option<Map>,
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
        return Ok(Found { machine: Arc::new(machine), state, within: None });
    };
    let machine = Arc::new(StateMachine::parse(&request.definition).map_err(invalid)?);
    find(&machine, name, None)
        .ok_or_else(|| TestStateError::Validation("State not found in definition".to_owned()))
}

/// However deep.
fn find(machine: &Arc<StateMachine>, name: &str, within: Option<&Map>) -> Option<Found> {
    if let Some(state) = machine.index_of(name) {
        return Some(Found { machine: Arc::clone(machine), state, within: within.cloned() });
    }
    machine.states().iter().find_map(|state| {
        let within = match &state.kind {
            StateKind::Map(map) => Some(&**map),
            _ => within,
        };
        state.machines().into_iter().find_map(|machine| find(machine, name, within))
    })
}
