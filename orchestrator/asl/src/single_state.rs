//! A state by itself, as TestState is given one: a machine around it, in which whatever it leads to ends the execution.

use serde_json::{Map, Value, json};

use crate::diagnostic::DefinitionError;
use crate::graph;
use crate::json_text;
use crate::machine::StateMachine;

/// The name that TestState gives the state, in `$$.State.Name` and in diagnostics.
const NAME: &str = "StateName";

impl StateMachine {
    /// Reads the definition of one state, which the machine starts in. It is named `StateName`; the states that it leads
    /// to are Succeed states.
    ///
    /// # Errors
    /// [`DefinitionError`] with everything that is wrong with it.
    pub fn of_state(definition: &Value) -> Result<Self, DefinitionError> {
        if !definition.is_object() {
            return Err(json_text::not_an_object());
        }
        let mut states = Map::new();
        states.insert(NAME.to_owned(), definition.clone());
        for target in graph::targets(definition).filter(|target| *target != NAME) {
            states.insert(target.to_owned(), json!({"Type": "Succeed"}));
        }
        Self::from_value(&json!({"StartAt": NAME, "States": states}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_whatever_it_leads_to() {
        let machine = StateMachine::of_state(&json!({"Type": "Pass", "Next": "Elsewhere"})).unwrap();
        let state = machine.state(machine.start());
        assert_eq!(&*state.name, "StateName");
        assert_eq!(&*machine.state(state.targets()[0]).name, "Elsewhere");
    }

    #[test]
    fn a_fault_is_placed_as_test_state_places_it() {
        let error =
            StateMachine::of_state(&json!({"Type": "Parallel", "Branches": [], "End": true})).unwrap_err();
        let expected = "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches";
        assert_eq!(error.to_string(), expected);
    }
}
