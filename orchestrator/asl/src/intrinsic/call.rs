//! A call with its arguments, and what happens when it is evaluated: arguments first, from left to right.

use std::borrow::Cow;

use serde_json::Value;

use super::function::Function;
use crate::environment::Environment;
use crate::path::Path;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) function: Function,
    pub(super) arguments: Vec<Argument>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Argument {
    Literal(Value),
    Path(Path),
    Call(Call),
}

impl Call {
    /// Recursion is bounded by the depth to which calls may nest.
    pub(super) fn evaluate(&self, input: &Value, environment: &dyn Environment) -> Result<Value, String> {
        let arguments = self.arguments.iter().map(|argument| argument.evaluate(input, environment));
        let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
        self.function.call(&arguments, environment)
    }
}

impl Argument {
    fn evaluate<'a>(
        &'a self,
        input: &'a Value,
        environment: &'a dyn Environment,
    ) -> Result<Cow<'a, Value>, String> {
        match self {
            Self::Literal(value) => Ok(Cow::Borrowed(value)),
            Self::Call(call) => call.evaluate(input, environment).map(Cow::Owned),
            Self::Path(path) => path.evaluate(input, environment).map_err(|_| {
                format!(
                    "The JsonPath argument for the field '{path}' could not be found in the input '{input}'"
                )
            }),
        }
    }
}
