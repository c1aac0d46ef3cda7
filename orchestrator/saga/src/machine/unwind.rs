//! The way back: every compensation in reverse order, then the verdict.
//!
//! A compensation that gives up does not stop the others. `settle` parks what is left and writes the verdict, and
//! the execution then fails with it: an order that was undone is not a success.

use super::json::Json;
use super::{ALREADY_COMMITTED, SETTLE, UNSETTLED, UNWOUND, retry, task};
use crate::{Op, SagaDefinition, StepDefinition, TaskErrorKind as Kind};

pub(crate) fn unwind(saga: &SagaDefinition) -> String {
    let comment = format!(
        "{}: only the compensations of {}; generated from the saga's definition, do not edit.",
        saga.unwind_name(),
        saga.name()
    );
    let last = saga.steps().last().expect("a saga has steps");
    let machine = Json::object([
        ("Comment", Json::text(comment)),
        ("StartAt", Json::text(last.compensation)),
        ("States", Json::Object(states(saga))),
    ]);
    machine.file_text()
}

/// The states from the last step's compensation to the end.
pub(super) fn states(saga: &SagaDefinition) -> Vec<(String, Json)> {
    let mut states: Vec<(String, Json)> = Vec::new();
    for (index, step) in saga.steps().iter().enumerate().rev() {
        let next = if index == 0 { SETTLE } else { saga.steps()[index - 1].compensation };
        states.push((step.compensation.to_owned(), compensate_state(step, next)));
    }
    states.push((SETTLE.to_owned(), settle_state(saga)));
    states.push((UNWOUND.to_owned(), unwound_state()));
    states.push((UNSETTLED.to_owned(), unsettled_state()));
    states.push((ALREADY_COMMITTED.to_owned(), Json::object([("Type", Json::text("Succeed"))])));
    states
}

fn compensate_state(step: &StepDefinition, next: &str) -> Json {
    let mut catchers = vec![
        task::catch(Kind::Committed.name(), ALREADY_COMMITTED),
        task::catch(Kind::Superseded.name(), SETTLE),
    ];
    catchers.extend(task::catch_everything(next));
    task::keep_summary(task::invoke(step.name, Op::Compensate), step.compensation)
        .with("TimeoutSeconds", Json::Count(step.policy.state_seconds.into()))
        .with("Retry", retry::compensate(&step.policy))
        .with("Catch", Json::List(catchers))
        .with("Next", Json::text(next))
}

fn settle_state(saga: &SagaDefinition) -> Json {
    let busy = retry::settle_busy(saga.steps().iter().map(|step| &step.policy));
    let mut catchers = vec![task::catch(Kind::Committed.name(), ALREADY_COMMITTED)];
    catchers.extend(task::catch_everything(UNSETTLED));
    task::invoke(SETTLE, Op::Settle)
        .with("OutputPath", Json::text("$.Payload"))
        .with("TimeoutSeconds", Json::Count(super::bounds::SETTLE_STATE_SECONDS.into()))
        .with("Retry", retry::settle(&busy))
        .with("Catch", Json::List(catchers))
        .with("Next", Json::text(UNWOUND))
}

fn unwound_state() -> Json {
    Json::object([
        ("Type", Json::text("Fail")),
        ("ErrorPath", Json::text("$.error")),
        ("CausePath", Json::text("$.cause")),
    ])
}

fn unsettled_state() -> Json {
    let cause = "no verdict could be written yet; the sweeper settles this saga later";
    Json::object([
        ("Type", Json::text("Fail")),
        ("Error", Json::text("Saga.Unsettled")),
        ("Cause", Json::text(cause)),
    ])
}
