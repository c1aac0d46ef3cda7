//! Wait: nothing happens until a time, and execution goes on at once if that is past.

use std::time::Duration;

use amends_asl::{States, Until, Wait};
use amends_types::Timestamp;
use serde_json::Value;

use super::context::Scope;
use super::data;
use super::failure::Failure;
use super::run::Flow;

/// The longest wait: Step Functions keeps it as a 32-bit number of seconds.
const MAX_WAIT: Duration = Duration::from_secs(2_147_483_647);

pub(super) fn enter(wait: &Wait, scope: &Scope<'_>) -> Result<Flow, Failure> {
    let input = data::effective_input(scope)?;
    let until = until(wait, &input, scope)?;
    if until.since(scope.now) > MAX_WAIT {
        return Err(Failure::runtime(scope, "Wait state delay is too long."));
    }
    if until <= scope.now { leave(wait, scope) } else { Ok(Flow::Sleep { until }) }
}

/// The time has come.
pub(super) fn leave(wait: &Wait, scope: &Scope<'_>) -> Result<Flow, Failure> {
    data::leave(scope, wait.next)
}

fn until(wait: &Wait, input: &Value, scope: &Scope<'_>) -> Result<Timestamp, Failure> {
    match wait.until.evaluate(&States::of(input), scope) {
        Ok(Until::Seconds(seconds)) => Ok(scope.now.plus(Duration::from_secs(seconds))),
        Ok(Until::Timestamp(instant)) => Ok(Timestamp::from_micros(instant.as_micros())),
        Err(error) => Err(Failure::evaluation(scope, &error)),
    }
}
