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
        match one_kind(reader)? {
            "And" => read_all(reader, "And").map(Self::And),
            "Or" => read_all(reader, "Or").map(Self::Or),
            "Not" => {
                let rule = read_nested(&reader.child_at("Not")?)?;
                Some(Self::Not(Box::new(rule)))
            }
            "Variable" => {
                let variable = reader.rule_path("Variable");
                let comparison = Comparison::read(reader);
                Some(Self::Test(Test { variable: variable?, comparison: comparison? }))
            }
            // That the field is of the other language is noted with all fields that nobody took.
            _ => None,
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

/// What a rule of either language consists of.
const KINDS: &[&str] = &["And", "Or", "Not", "Variable", "Condition"];

/// The one field of those that the object has; notes it if it has none or several.
pub(crate) fn one_kind(reader: &Reader<'_>) -> Option<&'static str> {
    let mut given = KINDS.iter().copied().filter(|kind| reader.has(kind));
    let kind = given.next().filter(|_| given.next().is_none());
    if kind.is_none() {
        let kinds = KINDS.join(", ");
        reader.error(&format!("The object must have only one of the following fields, [{kinds}]"));
        for field in KINDS {
            reader.take(field);
        }
    }
    kind
}

fn read_all(reader: &Reader<'_>, field: &'static str) -> Option<Vec<Rule>> {
    let rules = reader.children(field)?;
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
