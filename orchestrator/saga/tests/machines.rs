//! The generated machines, as far as they can be read without running them.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use amends_saga::{SagaDefinition, StepDefinition, StepPolicy};
use serde_json::{Value, json};

fn two_steps() -> SagaDefinition {
    let step = |name, compensation, policy| StepDefinition { name, compensation, policy };
    SagaDefinition::builder("demo")
        .define(step("take", "give_back", StepPolicy::REQUIRED))
        .define(step("tell", "take_back", StepPolicy::BEST_EFFORT))
        .define(step("sync", "revert", StepPolicy::REQUIRED))
        .build()
}

fn forward() -> Value {
    serde_json::from_str(&two_steps().forward_machine()).unwrap()
}

fn next_of_catch(state: &Value, error: &str) -> Value {
    let catchers = state["Catch"].as_array().unwrap();
    catchers.iter().find(|catcher| catcher["ErrorEquals"] == json!([error])).unwrap()["Next"].clone()
}

#[test]
fn the_happy_path_has_one_state_per_step() {
    let machine = forward();
    let mut path = vec![];
    let mut state = machine["StartAt"].as_str();
    while let Some(name) = state {
        path.push(name.to_owned());
        state = machine["States"][name]["Next"].as_str();
    }
    assert_eq!(path, ["take", "tell", "sync"]);
}

#[test]
fn the_failing_step_is_undone_first_and_the_others_in_reverse() {
    let machine = forward();
    assert_eq!(next_of_catch(&machine["States"]["sync"], "States.ALL"), "revert");
    let mut path = vec![];
    let mut state = "revert".to_owned();
    while machine["States"][&state]["Type"] == "Task" {
        path.push(state.clone());
        assert_eq!(machine["States"][&state]["Next"], next_or_self(&machine["States"][&state]));
        state = machine["States"][&state]["Next"].as_str().unwrap().to_owned();
    }
    assert_eq!(path, ["revert", "take_back", "give_back", "settle"]);
    assert_eq!(machine["States"][&state]["Type"], "Fail");
}

/// A compensation that gives up leads where one that succeeds leads; settling leads to the literal failure.
fn next_or_self(state: &Value) -> Value {
    let gave_up = next_of_catch(state, "States.ALL");
    if gave_up == "unsettled" { state["Next"].clone() } else { gave_up }
}

#[test]
fn a_failing_best_effort_step_leads_on_but_a_cancelled_saga_leads_back() {
    let machine = forward();
    let tell = &machine["States"]["tell"];
    assert_eq!(next_of_catch(tell, "States.ALL"), "sync");
    assert_eq!(next_of_catch(tell, "Saga.Cancelled"), "take_back");
    assert_eq!(tell["Catch"][0]["ErrorEquals"], json!(["Saga.Cancelled"]));
}

#[test]
fn every_task_has_a_time_limit_retries_and_catches_everything() {
    for text in [two_steps().forward_machine(), two_steps().unwind_machine()] {
        let machine: Value = serde_json::from_str(&text).unwrap();
        assert!(machine.get("TimeoutSeconds").is_none(), "an execution-level timeout would skip the undo");
        for (name, state) in machine["States"].as_object().unwrap() {
            if state["Type"] != "Task" {
                continue;
            }
            assert!(state["TimeoutSeconds"].as_u64().unwrap() > 0, "{name}");
            assert_eq!(state["Retry"][0]["MaxAttempts"], 0, "{name}: what is final comes first");
            let last = state["Catch"].as_array().unwrap().last().unwrap();
            assert_eq!(last["ErrorEquals"], json!(["States.ALL"]), "{name}");
        }
    }
}

#[test]
fn undo_states_catch_a_committed_saga_first() {
    let machine: Value = serde_json::from_str(&two_steps().unwind_machine()).unwrap();
    for name in ["revert", "take_back", "give_back", "settle"] {
        let first = &machine["States"][name]["Catch"][0];
        assert_eq!(first["ErrorEquals"], json!(["Saga.Committed"]), "{name}");
        assert_eq!(machine["States"][first["Next"].as_str().unwrap()]["Type"], "Succeed", "{name}");
    }
    assert_eq!(machine["StartAt"], "revert");
}

#[test]
fn backoff_rates_have_a_decimal_point() {
    assert!(two_steps().forward_machine().contains("\"BackoffRate\": 2.0"));
}

#[test]
fn the_deadline_covers_a_retry_of_everything() {
    let saga = two_steps();
    let undo: u64 = saga.steps().iter().map(|step| step.policy.undo_retries.span_seconds()).sum();
    assert!(saga.deadline_seconds() > undo);
}
