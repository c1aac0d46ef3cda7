//! The Lambda functions that the machines' tasks name: one per step, and one that settles.

use super::SETTLE;
use super::bounds::SETTLE_STATE_SECONDS;
use crate::SagaDefinition;

/// The function of a step.
pub(super) fn name_of(step: &str) -> String {
    format!("amends-{step}")
}

/// Each step with its function, and how long its states let that take.
pub(crate) fn functions(saga: &SagaDefinition) -> Vec<(&'static str, String, u32)> {
    let steps = saga.steps().iter().map(|step| (step.name, step.policy.state_seconds));
    let all = steps.chain([(SETTLE, SETTLE_STATE_SECONDS)]);
    all.map(|(step, seconds)| (step, name_of(step), seconds)).collect()
}
