//! Choice rules: comparisons of a variable, joined by And, Or and Not.
//!
//! A value of another kind than the operator's makes a comparison false. A path that names nothing is an error, except
//! to `IsPresent`.

mod comparison;
mod glob;

use std::borrow::Cow;

use serde_json::Value;

use comparison::Comparison;
pub(crate) use comparison::compare_numbers;

use crate::environment::Environment;
use crate::path::Path;
use crate::reader::Reader;

/// A condition on the input.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// All of them hold.
    And(Vec<Rule>),
    /// One of them holds.
    Or(Vec<Rule>),
    /// It does not hold.
    Not(Box<Rule>),
    /// A comparison.
    Test(Test),
}

/// A comparison of the value that a path names.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    variable: Path,
    comparison: Comparison,
}

/// A path of a rule names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid path '{path}': The choice state's condition path references an invalid value.")]
pub struct RuleError {
    path: String,
}

impl Rule {
    /// Whether the rule holds. And and Or stop at the first part that decides.
    ///
    /// # Errors
    /// [`RuleError`] if a path names nothing.
    pub fn holds(&self, input: &Value, environment: &dyn Environment) -> Result<bool, RuleError> {
        match self {
            Self::And(rules) => {
                for rule in rules {
                    if !rule.holds(input, environment)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(rules) => {
                for rule in rules {
                    if rule.holds(input, environment)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(rule) => rule.holds(input, environment).map(|holds| !holds),
            Self::Test(test) => test.holds(input, environment),
        }
    }

    /// Reads the rule in an object that may have other fields too.
    pub(crate) fn read(reader: &Reader<'_>) -> Option<Self> {
        match (reader.children("And"), reader.children("Or"), reader.take("Not")) {
            (Some(rules), None, None) => read_all(reader, "And", &rules).map(Self::And),
            (None, Some(rules), None) => read_all(reader, "Or", &rules).map(Self::Or),
            (None, None, Some(rule)) => {
                let rule = read_nested(&reader.child(rule, "Not")?)?;
                Some(Self::Not(Box::new(rule)))
            }
            (None, None, None) => {
                let variable = reader.path("Variable");
                if !reader.has("Variable") {
                    reader.error("These fields are required: [Variable]");
                }
                let comparison = Comparison::read(reader);
                Some(Self::Test(Test { variable: variable?, comparison: comparison? }))
            }
            _ => {
                reader.error("Only one of these fields is allowed: [And, Or, Not]");
                None
            }
        }
    }
}

impl Test {
    fn holds(&self, input: &Value, environment: &dyn Environment) -> Result<bool, RuleError> {
        let found = self.variable.evaluate(input, environment);
        if let Comparison::IsPresent(expected) = self.comparison {
            let is_present = match &found {
                Ok(_) if self.variable.is_definite() => true,
                Ok(list) => list.as_array().is_some_and(|items| !items.is_empty()),
                Err(_) => false,
            };
            return Ok(is_present == expected);
        }
        let value = found.map_err(|_| missing(&self.variable))?;
        self.comparison.holds(&value, |path| path.evaluate(input, environment).map_err(|_| missing(path)))
    }
}

type Lookup<'a> = Result<Cow<'a, Value>, RuleError>;

fn missing(path: &Path) -> RuleError {
    RuleError { path: path.to_string() }
}

fn read_all(reader: &Reader<'_>, field: &str, rules: &[Reader<'_>]) -> Option<Vec<Rule>> {
    if rules.is_empty() {
        reader.error_at(field, "Value cannot be empty");
    }
    let read: Vec<_> = rules.iter().map(read_nested).collect();
    read.into_iter().collect()
}

/// Recursion is bounded by the depth of the definition, which the JSON parser limits to 128.
fn read_nested(reader: &Reader<'_>) -> Option<Rule> {
    reader.take("Comment");
    let rule = Rule::read(reader);
    reader.finish();
    rule
}
