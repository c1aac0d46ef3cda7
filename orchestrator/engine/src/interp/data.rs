//! The data of a state on its way: `InputPath`, `Parameters`, `ResultSelector`, `ResultPath`, `OutputPath` in JSONPath,
//! `Arguments` and `Output` in JSONata, and `Assign` in both.
//!
//! Data that is handed on unchanged is shared, never copied.

use std::sync::Arc;

use amends_asl::{Assign, DataPath, QueryLanguage, ResultPath, States, Template, Transition};
use serde_json::{Map, Value};

use super::context::Scope;
use super::failure::{Failure, Origin};
use super::limits::is_too_large;
use super::run::Flow;

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
            Err(reason) => Err(Failure::runtime(scope, format!("Invalid path '{path}' : {reason}"))),
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
            Err(error) => Err(Failure::evaluation(scope, &error)),
        },
    }
}

/// What a state does with the result of its work, in JSONPath.
#[derive(Clone, Copy)]
pub(super) struct Shape<'a> {
    pub(super) result_selector: Option<&'a Template>,
    pub(super) result_path: &'a ResultPath,
}

/// Leaves the state with the result of its work.
pub(super) fn leave_with(
    scope: &Scope<'_>,
    result: Arc<Value>,
    shape: Shape<'_>,
    next: Transition,
) -> Result<Flow, Failure> {
    if scope.state.query_language == QueryLanguage::Jsonata {
        let states = States::of(&scope.visit.input).with_result(&result);
        let (output, assign) = (scope.state.output.as_ref(), scope.state.assign.as_ref());
        return query(scope, &states, (output, assign), &result, next);
    }
    let selected = apply_template(shape.result_selector, &result, scope)?;
    let assigned = assigned(scope.state.assign.as_ref(), &States::of(&selected), scope)?;
    let merged = merge(shape.result_path, scope, selected)?;
    Ok(Flow::Leave { output: output(scope, &merged)?, assigned, next })
}

/// Leaves a state that has no result of its own.
pub(super) fn leave(scope: &Scope<'_>, next: Transition) -> Result<Flow, Failure> {
    leave_by(scope, scope.state.output.as_ref(), scope.state.assign.as_ref(), next)
}

/// As [`leave`], with what one of the ways out of the state says instead of the state itself.
pub(super) fn leave_by(
    scope: &Scope<'_>,
    output_template: Option<&Template>,
    assign: Option<&Assign>,
    next: Transition,
) -> Result<Flow, Failure> {
    let input = effective_input(scope)?;
    let states = States::of(&input);
    if scope.state.query_language == QueryLanguage::Jsonata {
        return query(scope, &states, (output_template, assign), &input, next);
    }
    let assigned = assigned(assign, &states, scope)?;
    Ok(Flow::Leave { output: output(scope, &input)?, assigned, next })
}

/// Leaves a JSONata state, with `otherwise` if it has no `Output`.
pub(super) fn query(
    scope: &Scope<'_>,
    states: &States<'_>,
    (output, assign): (Option<&Template>, Option<&Assign>),
    otherwise: &Arc<Value>,
    next: Transition,
) -> Result<Flow, Failure> {
    let output = match output {
        None => Arc::clone(otherwise),
        Some(template) => {
            let made = template.evaluate(states, scope);
            Arc::new(made.map_err(|error| Failure::evaluation(scope, &error))?)
        }
    };
    Ok(Flow::Leave { output, assigned: assigned(assign, states, scope)?, next })
}

/// The variables that are to be set.
pub(super) fn assigned(
    assign: Option<&Assign>,
    states: &States<'_>,
    scope: &Scope<'_>,
) -> Result<Option<Map<String, Value>>, Failure> {
    let values = assign.map(|assign| assign.evaluate(states, scope)).transpose();
    values.map_err(|error| Failure::evaluation(scope, &error))
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
