//! Fail: execution ends here, with an error and a cause.

use amends_asl::{Fail, FailText};
use serde_json::Value;

use super::context::Scope;
use super::failure::Failure;
use super::run::Flow;

pub(super) fn enter(fail: &Fail, scope: &Scope<'_>) -> Result<Flow, Failure> {
    Ok(Flow::Fail {
        error: text(fail.error.as_ref(), "ErrorPath", scope)?,
        cause: text(fail.cause.as_ref(), "CausePath", scope)?,
    })
}

fn text(source: Option<&FailText>, field: &str, scope: &Scope<'_>) -> Result<Option<String>, Failure> {
    let path = match source {
        None => return Ok(None),
        Some(FailText::Fixed(text)) => return Ok(Some(text.clone())),
        Some(FailText::At(path)) => path,
    };
    let input = &scope.visit.input;
    match path.evaluate(input, scope).map(|found| found.into_owned()) {
        Ok(Value::String(text)) => Ok(Some(text)),
        Ok(other) => Err(Failure::runtime(format!(
            "The JSONPath '{path}' specified for the field '{field}' must reference a string: {other}"
        ))),
        Err(_) => Err(Failure::runtime(format!(
            "The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{input}'"
        ))),
    }
}
