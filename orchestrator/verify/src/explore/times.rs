//! The times that a state machine gives its tasks, read from its text: what is deployed, not what generated it.

use std::collections::BTreeMap;

use amends_saga::Op;
use serde_json::Value;

/// The times of one Task state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskTimes {
    /// The state's name.
    pub state: String,
    /// Which step it asks for.
    pub step: String,
    /// And for what.
    pub op: Option<Op>,
    /// `TimeoutSeconds`.
    pub timeout_seconds: Option<u64>,
    /// How long each of its retriers goes on, by the errors that it is for.
    pub retries: BTreeMap<String, RetrySpan>,
}

/// How long a retrier goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct RetrySpan {
    /// The least sum of its delays, rounded down; with full jitter that is nothing.
    pub at_least_seconds: u64,
}

impl TaskTimes {
    /// How long an error is retried for: by the first retrier that matches it.
    pub fn span_seconds(&self, error: &str) -> u64 {
        let span = self.retries.get(error).or_else(|| self.retries.get("States.ALL"));
        span.map_or(0, |span| span.at_least_seconds)
    }
}

/// The times of all Task states of these machines. What cannot be read is no machine, and nothing runs it.
pub(crate) fn times_of(machines: [&str; 2]) -> Vec<TaskTimes> {
    let read = |text| serde_json::from_str::<Value>(text).unwrap_or_default();
    let states = |machine: &Value| machine["States"].as_object().cloned().unwrap_or_default();
    let states = machines.into_iter().flat_map(|text| states(&read(text)));
    let tasks = states.filter(|(_, state)| state["Type"] == "Task");
    tasks.map(|(name, state)| task_times(name, &state)).collect()
}

fn task_times(name: String, state: &Value) -> TaskTimes {
    let payload = &state["Parameters"]["Payload"];
    let mut retries = BTreeMap::new();
    for retrier in state["Retry"].as_array().into_iter().flatten() {
        for error in retrier["ErrorEquals"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            retries.entry(error.to_owned()).or_insert_with(|| span_of(retrier));
        }
    }
    TaskTimes {
        state: name,
        step: payload["step"].as_str().unwrap_or_default().to_owned(),
        op: serde_json::from_value(payload["op"].clone()).ok(),
        timeout_seconds: state["TimeoutSeconds"].as_u64(),
        retries,
    }
}

/// The defaults are those of the Amazon States Language specification, "Retrying after error".
fn span_of(retrier: &Value) -> RetrySpan {
    if retrier["JitterStrategy"] == "FULL" {
        return RetrySpan::default();
    }
    let number = |name: &str, default: f64| retrier[name].as_f64().unwrap_or(default);
    let cap = number("MaxDelaySeconds", f64::INFINITY);
    let (mut delay, mut sum) = (number("IntervalSeconds", 1.0), 0.0);
    for _ in 0..retrier["MaxAttempts"].as_u64().unwrap_or(3) {
        sum += delay.min(cap);
        delay = (delay * number("BackoffRate", 2.0)).min(cap);
    }
    // Invariant: delays are not negative; a sum that is too large for whole seconds is the longest.
    RetrySpan { at_least_seconds: sum as u64 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_retrier_goes_on_for_the_sum_of_its_delays() {
        let check = |retrier: &Value, seconds: u64| {
            assert_eq!(span_of(retrier), RetrySpan { at_least_seconds: seconds }, "{retrier}");
        };
        check(&json!({}), 1 + 2 + 4);
        check(&json!({ "MaxAttempts": 0 }), 0);
        check(&json!({ "IntervalSeconds": 1, "MaxAttempts": 6, "MaxDelaySeconds": 8 }), 31);
        check(&json!({ "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 1.5 }), 9);
        check(&json!({ "MaxAttempts": 9, "JitterStrategy": "FULL" }), 0);
    }

    #[test]
    fn only_tasks_have_times() {
        let task = json!({
            "Type": "Task", "TimeoutSeconds": 45,
            "Parameters": { "Payload": { "step": "charge", "op": "compensate" } },
            "Retry": [{ "ErrorEquals": ["Saga.Busy"] }, { "ErrorEquals": ["States.ALL"], "MaxAttempts": 1 }],
        });
        let machine = json!({ "States": { "refund": task, "unwound": { "Type": "Fail" } } }).to_string();
        let times = times_of([&machine, "{}"]);
        assert_eq!(times.len(), 1);
        assert_eq!(
            (&*times[0].state, &*times[0].step, times[0].op),
            ("refund", "charge", Some(Op::Compensate))
        );
        assert_eq!(times[0].timeout_seconds, Some(45));
        assert_eq!((times[0].span_seconds("Saga.Busy"), times[0].span_seconds("Saga.Unknown")), (7, 1));
    }
}
