//! One round of evaluations on the same data: what one expression needed converted, the next one gets for nothing.

use std::cell::RefCell;
use std::collections::HashMap;

use jsonata_core::value::JValue;

use super::analysis::StatesUse;
use super::convert::from_json;
use crate::environment::{Environment, States};
use crate::size::Allowance;

/// The data of a round.
pub(crate) struct Session<'a> {
    pub(crate) data: &'a States<'a>,
    pub(crate) environment: &'a dyn Environment,
    /// What may still be made of the data.
    pub(crate) allowance: Allowance,
    /// By the name of the variable or, with a leading dot, of the part of `$states`.
    converted: RefCell<HashMap<String, JValue>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(data: &'a States<'a>, environment: &'a dyn Environment) -> Self {
        Self { data, environment, allowance: Allowance::new(), converted: RefCell::default() }
    }

    pub(super) fn variable(&self, name: &str) -> Option<JValue> {
        self.convert(name, || Some(from_json(self.environment.variable(name)?)))
    }

    /// `$states`, with the parts that are needed.
    pub(super) fn states(&self, needed: &StatesUse) -> Option<JValue> {
        let parts = match needed {
            StatesUse::Nothing => return None,
            StatesUse::Parts(parts) => parts.iter().map(|part| &**part).collect(),
            StatesUse::Everything => vec!["input", "context", "result", "errorOutput"],
        };
        let parts = parts.into_iter().filter_map(|name| Some((name.to_owned(), self.part(name)?)));
        Some(JValue::object(parts.collect()))
    }

    fn part(&self, name: &str) -> Option<JValue> {
        self.convert(&format!(".{name}"), || match name {
            "input" => Some(from_json(self.data.input)),
            "result" => self.data.result.map(from_json),
            "errorOutput" => self.data.error_output.map(from_json),
            "context" => Some(from_json(&self.environment.whole())),
            _ => None,
        })
    }

    /// Clones of a converted value share its contents.
    fn convert(&self, name: &str, make: impl FnOnce() -> Option<JValue>) -> Option<JValue> {
        if let Some(value) = self.converted.borrow().get(name) {
            return Some(value.clone());
        }
        let value = make()?;
        self.converted.borrow_mut().insert(name.to_owned(), value.clone());
        Some(value)
    }
}
