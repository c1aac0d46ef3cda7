//! The forward machine: the steps in order, then the way back.

use super::json::Json;
use super::{ALREADY_COMMITTED, retry, task, unwind};
use crate::{Op, SagaDefinition, StepDefinition, TaskErrorKind};

pub(crate) fn forward(saga: &SagaDefinition) -> String {
    let steps = saga.steps();
    let mut states: Vec<(String, Json)> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let next = steps.get(index + 1).map(|next| next.name);
        states.push((step.name.to_owned(), execute_state(step, next)));
    }
    states.extend(unwind::states(saga));
    let comment = format!("{}: generated from the saga's definition, do not edit.", saga.name());
    let machine = Json::object([
        ("Comment", Json::text(comment)),
        ("StartAt", Json::text(steps[0].name)),
        ("States", Json::Object(states)),
    ]);
    machine.file_text()
}

fn execute_state(step: &StepDefinition, next: Option<&str>) -> Json {
    let state = task::keep_summary(task::invoke(step.name, Op::Execute), step.name)
        .with("TimeoutSeconds", Json::Count(step.policy.state_seconds.into()))
        .with("Retry", retry::execute(&step.policy))
        .with("Catch", Json::List(catchers(step, next)));
    match next {
        Some(next) => state.with("Next", Json::text(next)),
        None => state.with("End", Json::True),
    }
}

/// A required step's errors lead to its own compensation; those of a best-effort step lead on, except that the
/// saga was cancelled.
fn catchers(step: &StepDefinition, next: Option<&str>) -> Vec<Json> {
    if step.policy.is_required() {
        return task::catch_everything(step.compensation).into();
    }
    let mut catchers = vec![task::catch(TaskErrorKind::Cancelled.name(), step.compensation)];
    catchers.extend(task::catch_everything(next.unwrap_or(ALREADY_COMMITTED)));
    catchers
}
