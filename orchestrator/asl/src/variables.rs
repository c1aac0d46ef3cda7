//! Workflow variables, and the scopes that they live in.
//!
//! Each branch of a Parallel state and each iteration of a Map state has a scope of its own, which sees the variables
//! around it and cannot change them: what it sets is gone when it ends. A clone shares what it has in common.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

/// The most that one Assign may set, in bytes of JSON, as the Step Functions developer guide says.
pub const MAX_ASSIGN_BYTES: usize = 262_144;
/// The most that all variables of an execution may hold, in bytes of JSON, as the Step Functions developer guide says.
pub const MAX_VARIABLES_BYTES: usize = 10_485_760;

/// The variables of a scope, and of those around it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Variables {
    own: Arc<BTreeMap<Arc<str>, Variable>>,
    outer: Option<Arc<Variables>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Variable {
    value: Arc<Value>,
    bytes: usize,
}

/// The variables would be larger than Step Functions allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the variables hold {bytes} bytes, and {most} is the most")]
pub struct TooLarge {
    /// How large they would be.
    pub bytes: usize,
    /// How large they may be.
    pub most: usize,
}

impl Variables {
    /// The value of a variable of this scope, or of the nearest one around it that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self.own.get(name) {
            Some(variable) => Some(&variable.value),
            None => self.outer.as_ref()?.get(name),
        }
    }

    /// Sets variables of this scope.
    ///
    /// # Errors
    /// [`TooLarge`]; then nothing has changed.
    pub fn assign(&mut self, values: Map<String, Value>) -> Result<(), TooLarge> {
        let sized = values.into_iter().map(|(name, value)| {
            let bytes = value.to_string().len();
            (Arc::from(name), Variable { value: Arc::new(value), bytes })
        });
        let sized: Vec<_> = sized.collect();
        check(sized.iter().map(|(_, variable)| variable.bytes).sum(), MAX_ASSIGN_BYTES)?;
        let mut changed = BTreeMap::clone(&self.own);
        changed.extend(sized);
        let changed = Self { own: Arc::new(changed), outer: self.outer.clone() };
        check(changed.bytes(), MAX_VARIABLES_BYTES)?;
        *self = changed;
        Ok(())
    }

    /// A scope within this one, with no variables of its own.
    pub fn inner(&self) -> Self {
        Self { own: Arc::default(), outer: Some(Arc::new(self.clone())) }
    }

    /// How much JSON the values are, in this scope and those around it.
    pub fn bytes(&self) -> usize {
        let own: usize = self.own.values().map(|variable| variable.bytes).sum();
        own + self.outer.as_ref().map_or(0, |outer| outer.bytes())
    }
}

fn check(bytes: usize, most: usize) -> Result<(), TooLarge> {
    if bytes > most { Err(TooLarge { bytes, most }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(variables: &mut Variables, values: Value) -> Result<(), TooLarge> {
        variables.assign(values.as_object().unwrap().clone())
    }

    #[test]
    fn an_inner_scope_sees_the_outer_one_and_does_not_change_it() {
        let mut outer = Variables::default();
        set(&mut outer, json!({"x": 1, "y": 2})).unwrap();
        let mut inner = outer.inner();
        set(&mut inner, json!({"x": 10, "z": 3})).unwrap();
        assert_eq!([inner.get("x"), inner.get("y")], [Some(&json!(10)), Some(&json!(2))]);
        assert_eq!([outer.get("x"), outer.get("z")], [Some(&json!(1)), None]);
    }

    #[test]
    fn too_much_changes_nothing() {
        let mut variables = Variables::default();
        set(&mut variables, json!({"x": 1})).unwrap();
        let large = "x".repeat(MAX_ASSIGN_BYTES);
        assert!(set(&mut variables, json!({"x": 2, "y": large})).is_err());
        assert_eq!(variables.get("x"), Some(&json!(1)));
        let share = json!("x".repeat(MAX_ASSIGN_BYTES - 2));
        let fitting = MAX_VARIABLES_BYTES / MAX_ASSIGN_BYTES - 1;
        for index in 0..fitting {
            set(&mut variables, json!({format!("v{index}"): share})).unwrap();
        }
        assert!(set(&mut variables, json!({"last": share})).is_err());
    }
}
