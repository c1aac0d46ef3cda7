//! Wait: nothing happens until a time, and execution goes on at once if that is past.

use std::time::Duration;

use amends_asl::{Instant, Wait, WaitFor};
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
        return Err(Failure::runtime("Wait state delay is too long."));
    }
    if until <= scope.now { leave(wait, scope) } else { Ok(Flow::Sleep { until }) }
}

/// The time has come.
pub(super) fn leave(wait: &Wait, scope: &Scope<'_>) -> Result<Flow, Failure> {
    let input = data::effective_input(scope)?;
    Ok(Flow::Leave { output: data::output(scope, &input)?, next: wait.next })
}

fn until(wait: &Wait, input: &Value, scope: &Scope<'_>) -> Result<Timestamp, Failure> {
    let after = |seconds| scope.now.plus(Duration::from_secs(seconds));
    match &wait.until {
        WaitFor::Seconds(seconds) => Ok(after(u64::from(*seconds))),
        WaitFor::Timestamp(instant) => Ok(Timestamp::from_micros(instant.as_micros())),
        WaitFor::SecondsAt(path) => {
            let value = data::required(path, "SecondsPath", input, scope)?;
            let shown = || format!("{path} == {}", data::plain(&value));
            let seconds = value.as_i64().ok_or_else(|| {
                Failure::runtime(format!(
                    "The SecondsPath parameter cannot be parsed as a long value: {}",
                    shown()
                ))
            })?;
            u64::try_from(seconds).map(after).map_err(|_| {
                Failure::runtime(format!(
                    "The SecondsPath parameter references a negative value: {}",
                    shown()
                ))
            })
        }
        WaitFor::TimestampAt(path) => {
            let value = data::required(path, "TimestampPath", input, scope)?;
            let instant = value.as_str().and_then(Instant::parse).ok_or_else(|| {
                let problem = "does not reference a valid ISO-8601 extended offset date-time format string";
                let shown = data::plain(&value);
                Failure::runtime(format!("The TimestampPath parameter {problem}: {path} == {shown}"))
            })?;
            Ok(Timestamp::from_micros(instant.as_micros()))
        }
    }
}
