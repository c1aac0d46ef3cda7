//! The retriers of each kind of state.
//!
//! Waiting for a lease has a retrier of its own, so that it never spends the step's retries. Only the retries of
//! `execute` have jitter: the span of the others is a promise (S18), and full jitter would keep none of it.

use super::json::Json;
use crate::{Backoff, StepPolicy, TaskErrorKind as Kind};

enum Jitter {
    Full,
    None,
}

pub(super) fn execute(policy: &StepPolicy) -> Json {
    Json::List(vec![
        never(&[Kind::Rejected, Kind::Bug, Kind::Cancelled]),
        again(Kind::Busy.name(), &policy.busy_retries(), Jitter::None),
        again("States.ALL", &policy.retries, Jitter::Full),
    ])
}

pub(super) fn compensate(policy: &StepPolicy) -> Json {
    Json::List(vec![
        never(&[Kind::Rejected, Kind::Bug, Kind::Committed, Kind::Superseded]),
        again(Kind::Busy.name(), &policy.busy_retries(), Jitter::None),
        again("States.ALL", &policy.undo_retries, Jitter::None),
    ])
}

pub(super) fn settle(busy: &Backoff) -> Json {
    Json::List(vec![
        never(&[Kind::Bug, Kind::Committed]),
        again(Kind::Busy.name(), busy, Jitter::None),
        again("States.ALL", &SETTLE_RETRIES, Jitter::None),
    ])
}

/// How long settling survives a store or a platform that is down.
pub(super) const SETTLE_RETRIES: Backoff =
    Backoff { interval_seconds: 1, rate_tenths: 20, max_delay_seconds: 60, attempts: 30 };

/// How long settling waits for leases and settle times: longer than the longest of any step.
pub(super) fn settle_busy<'a>(policies: impl Iterator<Item = &'a StepPolicy>) -> Backoff {
    let longest = policies
        .map(|policy| u64::from(policy.lease_seconds + policy.state_seconds + policy.settle_seconds))
        .max()
        .expect("a saga has steps");
    Backoff { interval_seconds: 1, rate_tenths: 15, max_delay_seconds: 15, attempts: 1 }
        .spanning_more_than(longest)
}

fn never(kinds: &[Kind]) -> Json {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    Json::object([("ErrorEquals", Json::texts(&names)), ("MaxAttempts", Json::Count(0))])
}

fn again(error: &str, backoff: &Backoff, jitter: Jitter) -> Json {
    let retrier = Json::object([
        ("ErrorEquals", Json::texts(&[error])),
        ("IntervalSeconds", Json::Count(backoff.interval_seconds.into())),
        ("MaxAttempts", Json::Count(backoff.attempts.into())),
        ("BackoffRate", Json::Tenths(backoff.rate_tenths)),
        ("MaxDelaySeconds", Json::Count(backoff.max_delay_seconds.into())),
    ]);
    match jitter {
        Jitter::Full => retrier.with("JitterStrategy", Json::text("FULL")),
        Jitter::None => retrier,
    }
}
