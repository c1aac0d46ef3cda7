//! Choice: the first branch whose condition holds says where to go.

use serde_json::Value;

use crate::assign::Assign;
use crate::environment::{Environment, States};
use crate::evaluation_error::EvaluationError;
use crate::jsonata::{Expression, Kind};
use crate::machine::{StateIndex, require};
use crate::query_language::QueryLanguage;
use crate::reader::Reader;
use crate::rule::{Rule, one_kind};
use crate::state::Names;
use crate::template::Template;

/// A Choice state. What the state itself assigns and puts out is for the default.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Tried in this order.
    pub branches: Vec<ChoiceBranch>,
    /// Where to go if none holds.
    pub default: Option<StateIndex>,
}

/// One entry of `Choices`.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceBranch {
    /// What must hold.
    pub condition: Condition,
    /// What is assigned then.
    pub assign: Option<Assign>,
    /// What is put out then, in JSONata; the input, if there is none.
    pub output: Option<Template>,
    /// Where to go then.
    pub next: StateIndex,
}

/// The condition of a branch.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A rule, in JSONPath.
    Rule(Rule),
    /// The same whatever the data is, in JSONata.
    Fixed(bool),
    /// An expression, in JSONata.
    Query(Expression),
}

impl Condition {
    /// Whether it holds.
    ///
    /// # Errors
    /// [`EvaluationError`] if a path names nothing, or an expression is not true or false.
    pub fn holds(&self, states: &States<'_>, environment: &dyn Environment) -> Result<bool, EvaluationError> {
        match self {
            Self::Rule(rule) => {
                let holds = rule.holds(states.input, environment);
                holds.map_err(|error| EvaluationError::runtime(error.to_string()))
            }
            Self::Fixed(holds) => Ok(*holds),
            Self::Query(expression) => {
                let value = expression.evaluate_to(Kind::Boolean, states, environment)?;
                Ok(value == Value::Bool(true))
            }
        }
    }

    fn read(reader: &Reader<'_>) -> Option<Self> {
        if reader.language() == QueryLanguage::JsonPath {
            return Rule::read(reader).map(Self::Rule);
        }
        if one_kind(reader)? != "Condition" {
            return None;
        }
        if reader.has_expression("Condition") {
            return reader.expression("Condition").map(Self::Query);
        }
        reader.boolean("Condition").map(Self::Fixed)
    }
}

impl Choice {
    pub(crate) fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        require(reader, &["Choices"]);
        let branches = reader.children("Choices").unwrap_or_default();
        if reader.has("Choices") && branches.is_empty() {
            reader.error_at("Choices", "Value cannot be empty");
        }
        let default = names.target(reader, "Default", false);
        let read: Vec<_> = branches.iter().map(|branch| ChoiceBranch::read(branch, names)).collect();
        Some(Self { branches: read.into_iter().collect::<Option<_>>()?, default })
    }
}

impl ChoiceBranch {
    fn read(reader: &Reader<'_>, names: &Names) -> Option<Self> {
        reader.take("Comment");
        let assign = Assign::read(reader);
        let output = Template::read_any(reader, "Output");
        let next = names.target(reader, "Next", true);
        let condition = Condition::read(reader);
        reader.finish();
        Some(Self { condition: condition?, assign, output, next: next? })
    }
}
