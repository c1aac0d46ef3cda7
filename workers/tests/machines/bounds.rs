//! The machines' bounds, computed again from the files: time ladder (S18), history events, sizes.
//!
//! Nothing here uses the generator's own arithmetic.

use amends_saga::StepDefinition;
use serde_json::Value;

use crate::files::{definition, generated};

/// What an execution records for each attempt at a task: scheduled, started, and how it ended.
const EVENTS_OF_AN_ATTEMPT: u64 = 3;

fn states(text: &str) -> Vec<(String, Value)> {
    let machine: Value = serde_json::from_str(text).unwrap();
    let states = machine["States"].as_object().unwrap();
    states.iter().map(|(name, state)| (name.clone(), state.clone())).collect()
}

fn retriers(state: &Value) -> &[Value] {
    state["Retry"].as_array().map_or(&[], Vec::as_slice)
}

/// The retrier of this error name, and the seconds that its delays add up to.
fn span_seconds(state: &Value, error: &str) -> f64 {
    let retrier = retriers(state).iter().find(|retrier| retrier["ErrorEquals"][0] == error).unwrap();
    let number = |field: &str| retrier[field].as_f64().unwrap();
    let (mut delay, mut sum) = (number("IntervalSeconds"), 0.0);
    for _ in 0..retrier["MaxAttempts"].as_u64().unwrap() {
        sum += delay.min(number("MaxDelaySeconds"));
        delay *= number("BackoffRate");
    }
    sum
}

fn check_ladder(step: &StepDefinition, execute: Option<&Value>, compensate: &Value) {
    let policy = &step.policy;
    let calls = policy.calls * policy.call_seconds + policy.margin_seconds;
    assert!(calls < policy.lease_seconds, "{}: calls outlast the lease", step.name);
    for state in execute.into_iter().chain([compensate]) {
        let limit = state["TimeoutSeconds"].as_u64().unwrap();
        assert!(limit > policy.lease_seconds.into(), "{}: the lease outlasts the state", step.name);
        let longest_wait = f64::from(policy.lease_seconds) + limit as f64;
        assert!(span_seconds(state, "Saga.Busy") > longest_wait, "{}: gives up on a lease", step.name);
    }
    let doubtful = f64::from(policy.lease_seconds + policy.settle_seconds);
    assert!(span_seconds(compensate, "States.ALL") > doubtful, "{}: parks what may yet appear", step.name);
    let jitter = retriers(compensate).iter().any(|retrier| retrier.get("JitterStrategy").is_some());
    assert!(!jitter, "{}: full jitter keeps no promise about a span", step.name);
}

#[test]
fn calls_end_before_leases_and_leases_before_states_and_undos_outlast_both() {
    for machine in generated() {
        let states = states(&machine.text);
        let state = |name: &str| states.iter().find(|(of, _)| of == name).map(|(_, state)| state);
        for step in definition().steps() {
            check_ladder(step, state(step.name), state(step.compensation).unwrap());
        }
    }
}

#[test]
fn settling_outlasts_every_lease_and_settle_time() {
    let longest = definition()
        .steps()
        .iter()
        .map(|step| step.policy.lease_seconds + step.policy.settle_seconds)
        .max()
        .unwrap();
    for machine in generated() {
        let states = states(&machine.text);
        let (_, settle) = states.iter().find(|(name, _)| name == "settle").unwrap();
        assert!(span_seconds(settle, "Saga.Busy") > longest.into());
    }
}

#[test]
fn an_execution_in_which_everything_is_retried_stays_far_below_25_000_events() {
    for machine in generated() {
        let mut events = 2;
        for (_, state) in states(&machine.text) {
            let retries = retriers(&state).iter().map(|retrier| retrier["MaxAttempts"].as_u64().unwrap());
            events += 2 + EVENTS_OF_AN_ATTEMPT * (1 + retries.sum::<u64>());
        }
        assert!(events < 12_500, "{} may record {events} events", machine.name);
    }
}

#[test]
fn the_machines_are_small_enough_to_be_deployed() {
    for machine in generated() {
        // Step Functions refuses definitions of more than 1 MB and state names of more than 80 characters.
        assert!(machine.text.len() < 64 * 1024, "{} has {} bytes", machine.name, machine.text.len());
        for (name, _) in states(&machine.text) {
            assert!(name.len() <= 80, "{name}");
        }
    }
}

#[test]
fn the_happy_path_is_one_task_for_each_step() {
    let [forward, _] = generated();
    let machine: Value = serde_json::from_str(&forward.text).unwrap();
    let (mut path, mut next) = (Vec::new(), machine["StartAt"].as_str());
    while let Some(name) = next {
        path.push(name.to_owned());
        next = machine["States"][name]["Next"].as_str();
    }
    let steps: Vec<&str> = definition().steps().iter().map(|step| step.name).collect();
    assert_eq!(path, steps);
}
