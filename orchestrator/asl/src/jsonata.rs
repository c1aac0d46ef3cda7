//! JSONata expressions, between `{%` and `%}`.
//!
//! An expression is parsed once. What it refers to is worked out then, so that an evaluation converts only the variables
//! and the parts of `$states` that it needs. The evaluator's values cannot be sent between threads: an evaluation
//! begins and ends within one call.

mod analysis;
mod budget;
mod catalogue;
mod checks;
mod code;
mod convert;
mod decoding;
mod distinct;
mod explain;
mod failure;
mod functions;
mod grammar;
mod guard;
mod java_random;
mod limits;
mod session;
mod signature;
mod strict_json;
mod syntax;

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use serde_json::Value;

use analysis::Analysis;
use budget::Budget;
use checks::Witness;
use failure::Failure;
pub(crate) use session::Session;

use crate::environment::{Environment, States, uuid};
use crate::evaluation_error::EvaluationError;

/// A JSONata expression in a field of a state.
#[derive(Clone)]
pub struct Expression {
    source: Box<str>,
    location: Box<str>,
    tree: Arc<AstNode>,
    needs: Arc<Analysis>,
    /// The functions in `tree` that watch what it takes.
    guards: Arc<BTreeSet<Box<str>>>,
}

/// The kinds of value that a field may want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A text.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

/// What is wrong with an expression.
pub(crate) enum Problem {
    /// It cannot be parsed.
    Invalid(String),
    /// It refers to what is not there in Step Functions.
    Unsupported(Vec<String>),
}

impl Expression {
    /// What is between `{%` and `%}`; `None` if the text is no expression.
    pub(crate) fn source_of(text: &str) -> Option<&str> {
        text.strip_prefix("{%")?.strip_suffix("%}").map(str::trim)
    }

    /// `location` is the field's place in its state; only a catcher's fields may refer to `$states.errorOutput`.
    pub(crate) fn parse(source: &str, location: &str, in_catcher: bool) -> Result<Self, Problem> {
        if let Some(message) = grammar::fault(source) {
            return Err(Problem::Invalid(message));
        }
        // The evaluator's parser is not ours: should it panic on an expression, the expression is wrong.
        let parsed = catch_unwind(|| parser::parse(source));
        let parsed = parsed.map_err(|_| Problem::Invalid("The expression cannot be parsed".to_owned()))?;
        let mut tree = parsed
            .or_else(|error| syntax::invoked_literal(&error).ok_or(error))
            .map_err(|error| Problem::Invalid(syntax::message(&error)))?;
        let needs = Analysis::of(&tree);
        let unsupported = needs.unsupported(in_catcher);
        if !unsupported.is_empty() {
            return Err(Problem::Unsupported(unsupported));
        }
        let guards = guard::guard(&mut tree);
        let (tree, needs, guards) = (Arc::new(tree), Arc::new(needs), Arc::new(guards));
        Ok(Self { source: source.into(), location: location.into(), tree, needs, guards })
    }

    /// The expression as written, without `{%` and `%}`.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The field that it is in: `Output/items[0]`.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Its value.
    ///
    /// # Errors
    /// [`EvaluationError`] if it throws, exceeds a limit, or has no value that JSON can hold.
    pub fn evaluate(
        &self,
        states: &States<'_>,
        environment: &dyn Environment,
    ) -> Result<Value, EvaluationError> {
        self.evaluate_in(&Session::new(states, environment))
    }

    /// Its value, which must be of that kind.
    ///
    /// # Errors
    /// As for [`Expression::evaluate`], and if the value is of another kind.
    pub fn evaluate_to(
        &self,
        kind: Kind,
        states: &States<'_>,
        environment: &dyn Environment,
    ) -> Result<Value, EvaluationError> {
        let value = self.evaluate(states, environment)?;
        let found = type_name(&value);
        if found == kind.as_str() {
            return Ok(value);
        }
        let expected = format!("Expected '{}', but was '{found}' for value: {value}", kind.as_str());
        Err(self.error(&format!("returned an unexpected result type. {expected}")))
    }

    pub(crate) fn evaluate_in(&self, session: &Session<'_>) -> Result<Value, EvaluationError> {
        let seed = functions::draw(&self.needs).then(|| session.environment.random());
        let outcome =
            run(&Attempt { tree: &self.tree, guards: &self.guards, needs: &self.needs, seed }, session, None);
        match outcome.map(|value| convert::to_json(&value)) {
            Err(message) => Err(self.failed(&message, session, seed)),
            Ok(convert::Converted::Value(value)) => Ok(value),
            Ok(convert::Converted::Undefined) => Err(self.error("returned nothing (undefined).")),
            Ok(convert::Converted::Function) => Err(self.error("returned an unsupported result type.")),
            Ok(convert::Converted::TooLarge) => Err(self.too_large()),
        }
    }

    /// The error if its value takes too much.
    pub(crate) fn too_large(&self) -> EvaluationError {
        self.exceeded(limits::MEMORY_EXCEEDED)
    }

    /// What is thrown follows a full stop, and a limit a colon. Measured on Step Functions.
    fn exceeded(&self, limit: &str) -> EvaluationError {
        self.error(&format!("threw an error during evaluation: {limit}"))
    }

    fn failed(&self, message: &str, session: &Session<'_>, seed: Option<u64>) -> EvaluationError {
        match Failure::of(message) {
            Failure::Exceeded(limit) => self.exceeded(limit),
            Failure::Internal => {
                let environment = session.environment;
                let id = uuid(environment.random(), environment.random());
                self.error(&format!("threw an internal error during evaluation. {id}"))
            }
            Failure::Thrown(said) => {
                let text = self.explained(said, session, seed).unwrap_or_else(|| said.to_owned());
                self.error(&format!("threw an error during evaluation. {text}"))
            }
        }
    }

    /// What jsonata-js would say, found out by evaluating again. Chance and time are as before.
    fn explained(&self, said: &str, session: &Session<'_>, seed: Option<u64>) -> Option<String> {
        let witness = Witness::default();
        if let Ok(mut tree) = parser::parse(&self.source) {
            explain::explain(&mut tree);
            let guards = guard::guard(&mut tree);
            let attempt = Attempt { tree: &tree, guards: &guards, needs: &self.needs, seed };
            // Only what the checks have seen matters.
            let _ = run(&attempt, session, Some(&witness));
        }
        witness.text(said)
    }

    /// An error of this expression.
    pub(crate) fn error(&self, what: &str) -> EvaluationError {
        let cause = format!(
            "The JSONata expression '{}' specified for the field '{}' {what}",
            self.source, self.location
        );
        EvaluationError::query(cause, &self.location)
    }

    /// The workflow variables that it refers to.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.needs.variables()
    }
}

/// A tree to evaluate, and what goes with it.
struct Attempt<'a> {
    tree: &'a AstNode,
    guards: &'a BTreeSet<Box<str>>,
    needs: &'a Analysis,
    /// What chance begins with, if there is any.
    seed: Option<u64>,
}

/// Its value, or what the evaluator says. With a witness the tree has checks in it.
fn run(attempt: &Attempt<'_>, session: &Session<'_>, witness: Option<&Witness>) -> Result<JValue, String> {
    let evaluated = || {
        let mut context = Context::new();
        for name in attempt.needs.variables() {
            if let Some(value) = session.variable(name) {
                context.bind(name.to_owned(), value);
            }
        }
        if let Some(states) = session.states(attempt.needs.states()) {
            context.bind("states".to_owned(), states);
        }
        let options = if witness.is_some() { limits::explaining_options() } else { limits::options() };
        let mut evaluator = Evaluator::with_options(context, options);
        let budget = Budget::new();
        functions::register(&mut evaluator, attempt.needs, session.environment, attempt.seed, &budget);
        budget::register(&mut evaluator, attempt.guards, &budget);
        if let Some(witness) = witness {
            witness.register(&mut evaluator);
        }
        evaluator.evaluate(attempt.tree, &JValue::Undefined).map_err(|error| error.message().to_owned())
    };
    // Neither the parser nor the evaluator is ours: should one panic on an expression, its evaluation fails.
    catch_unwind(AssertUnwindSafe(evaluated)).unwrap_or_else(|_| Err(failure::INTERNAL.to_owned()))
}

/// Two expressions are the same if they say the same in the same place.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.location == other.location
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{% {} %}} in {}", self.source, self.location)
    }
}

impl Kind {
    /// The name that JSONata gives it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// The name of a value's kind in messages.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests;
