//! The data of a state on its way: `InputPath`, `Parameters`, `ResultSelector`, `ResultPath`, `OutputPath`.
//!
//! Data that is handed on unchanged is shared, never copied.

use std::sync::Arc;

use amends_asl::{DataPath, ResultPath, States, Template};
use serde_json::{Map, Value};

use super::context::Scope;
use super::failure::{Failure, Origin};
use super::limits::is_too_large;

/// What of the state's input the state sees.
pub(super) fn effective_input(scope: &Scope<'_>) -> Result<Arc<Value>, Failure> {
    apply_path(&scope.state.input_path, &scope.visit.input, scope)
}

/// What of its result, put into its input already, the state passes on.
pub(super) fn output(scope: &Scope<'_>, merged: &Arc<Value>) -> Result<Arc<Value>, Failure> {
    apply_path(&scope.state.output_path, merged, scope)
}

fn apply_path(path: &DataPath, data: &Arc<Value>, scope: &Scope<'_>) -> Result<Arc<Value>, Failure> {
    match path {
        DataPath::Whole => Ok(Arc::clone(data)),
        DataPath::Nothing => Ok(Arc::new(Value::Object(Map::new()))),
        DataPath::Path(path) => match path.evaluate(data, scope) {
            Ok(found) => Ok(Arc::new(found.into_owned())),
            Err(reason) => Err(Failure::runtime(format!("Invalid path '{path}' : {reason}"))),
        },
    }
}

/// What a template makes of the data; the data itself without one.
pub(super) fn apply_template(
    template: Option<&Template>,
    data: &Arc<Value>,
    scope: &Scope<'_>,
) -> Result<Arc<Value>, Failure> {
    match template {
        None => Ok(Arc::clone(data)),
        Some(template) => match template.evaluate(&States::of(data), scope) {
            Ok(made) => Ok(Arc::new(made)),
            Err(error) => Err(Failure::runtime(error.to_string())),
        },
    }
}

/// The state's input with the result in it.
pub(super) fn merge(path: &ResultPath, scope: &Scope<'_>, result: Arc<Value>) -> Result<Arc<Value>, Failure> {
    match path {
        ResultPath::Replace => Ok(result),
        ResultPath::Discard => Ok(Arc::clone(&scope.visit.input)),
        ResultPath::At(path) => {
            let mut merged = Value::clone(&scope.visit.input);
            match path.put(&mut merged, Arc::unwrap_or_clone(result)) {
                Ok(()) => Ok(Arc::new(merged)),
                Err(_) => Err(Failure::result_path(format!(
                    "Unable to apply ReferencePath {path} to input {}",
                    scope.visit.input
                ))),
            }
        }
    }
}

/// Refuses data past the limit, before it goes into a task or to the next state.
pub(super) fn check_size(scope: &Scope<'_>, data: &Value) -> Result<(), Failure> {
    if !is_too_large(data) {
        return Ok(());
    }
    Err(Failure::data_limit(Origin::DataLimit, too_large(&scope.state.name)))
}

pub(super) fn too_large(name: &str) -> String {
    let limit = "returned a result with a size exceeding the maximum number of bytes service limit.";
    format!("The state/task '{name}' {limit}")
}
