//! What an execution of a generated machine can come to: events and seconds.

use super::retry;
use crate::{Backoff, SagaDefinition};

/// The time limit of the `settle` state: one store transaction.
pub(super) const SETTLE_STATE_SECONDS: u32 = 30;

/// Step Functions ends an execution at 25,000 events; a generated machine stays below half of that.
const MOST_EVENTS: u64 = 12_500;

/// Entered, exited, and at most three events for each attempt.
fn events(retriers: &[Backoff]) -> u64 {
    2 + 3 * (1 + retriers.iter().map(|backoff| u64::from(backoff.attempts)).sum::<u64>())
}

/// All attempts at their time limit, and all delays between them.
fn seconds(state_seconds: u32, retriers: &[Backoff]) -> u64 {
    let attempts = 1 + retriers.iter().map(|backoff| u64::from(backoff.attempts)).sum::<u64>();
    let delays: u64 = retriers.iter().map(Backoff::span_seconds).sum();
    attempts * u64::from(state_seconds) + delays
}

fn sum_over_states(saga: &SagaDefinition, cost: impl Fn(u32, &[Backoff]) -> u64) -> u64 {
    let steps = saga.steps().iter().map(|step| {
        let (policy, busy) = (&step.policy, step.policy.busy_retries());
        cost(policy.state_seconds, &[busy, policy.retries])
            + cost(policy.state_seconds, &[busy, policy.undo_retries])
    });
    let busy = retry::settle_busy(saga.steps().iter().map(|step| &step.policy));
    steps.sum::<u64>() + cost(SETTLE_STATE_SECONDS, &[busy, retry::SETTLE_RETRIES])
}

/// Panics when the retries of a saga could fill an execution's history.
pub(crate) fn assert_history_fits(saga: &SagaDefinition) {
    let most = sum_over_states(saga, |_, retriers| events(retriers));
    assert!(
        most <= MOST_EVENTS,
        "{} could record {most} history events; {MOST_EVENTS} is the limit: lower its retries",
        saga.name()
    );
}

/// See [`SagaDefinition::deadline_seconds`].
pub(crate) fn deadline_seconds(saga: &SagaDefinition) -> u64 {
    sum_over_states(saga, seconds)
}
