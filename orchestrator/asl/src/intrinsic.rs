//! Intrinsic functions: `States.Format('{} of {}', $.done, States.ArrayLength($.all))`.
//!
//! A call is read once, with its paths compiled. Whatever goes wrong in it ends as `States.Runtime`, with the whole
//! call as written in the cause, whichever part of it failed; that is what Step Functions does, although its
//! documentation has an error name of its own for it.

mod array;
mod call;
mod format;
mod function;
mod json;
mod math;
mod parse;
mod text;

use serde_json::Value;

use call::{Argument, Call};

use crate::environment::Environment;
use crate::evaluation_error::EvaluationError;
use crate::path::Path;

/// A call of an intrinsic function.
#[derive(Debug, Clone, PartialEq)]
pub struct Intrinsic {
    source: Box<str>,
    call: Call,
}

impl Intrinsic {
    /// `None` if it is not a call of a function that there is, with as many arguments as it takes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let call = parse::parse(text)?;
        Some(Self { source: text.into(), call })
    }

    /// The call as written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// What the function returns.
    ///
    /// # Errors
    /// [`EvaluationError`] if a path of its arguments names nothing, or a function does not take its arguments.
    pub fn evaluate(&self, input: &Value, environment: &dyn Environment) -> Result<Value, EvaluationError> {
        self.call.evaluate(input, environment).map_err(|reason| {
            EvaluationError::runtime(format!(
                "The function '{}' had the following error: {reason}",
                self.source
            ))
        })
    }

    /// All paths among its arguments, however deep.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        let mut found = Vec::new();
        collect(&self.call, &mut found);
        found.into_iter()
    }
}

/// Recursion is bounded by the depth to which calls may nest.
fn collect<'a>(call: &'a Call, found: &mut Vec<&'a Path>) {
    for argument in &call.arguments {
        match argument {
            Argument::Literal(_) => {}
            Argument::Path(path) => found.push(path),
            Argument::Call(nested) => collect(nested, found),
        }
    }
}

#[cfg(test)]
mod tests;
