//! Express executions, in virtual time.

use std::sync::Arc;

use amends_asl::StateMachine;
use amends_engine::driver::{Express, ExpressAnswer};
use amends_engine::interp::{Identity, Outcome};
use amends_types::SplitMix;
use serde_json::{Value, json};

use crate::world::{World, task};

fn run(definition: &Value, input: Value) -> ExpressAnswer {
    let world = World::new();
    let express = Express {
        worker: Arc::new(world.clone()),
        clock: Arc::new(world.simulation.clock().clone()),
        entropy: Arc::new(SplitMix::from_seed(1)),
    };
    let identity = Identity {
        execution_arn: "arn:aws:states:us-east-1:111111111111:express:m:e:1".into(),
        execution_name: "e".into(),
        machine_arn: "arn:aws:states:us-east-1:111111111111:stateMachine:m".into(),
        machine_name: "m".into(),
        role_arn: "arn:aws:iam::111111111111:role/sfn".into(),
    };
    let machine = Arc::new(StateMachine::from_value(definition).unwrap());
    world.run(express.run(machine, identity, input))
}

#[test]
fn tasks_are_done_and_the_answer_has_the_output() {
    let definition = json!({"StartAt": "a", "States": {
        "a": task("a", Some("wait")),
        "wait": {"Type": "Wait", "Seconds": 60, "Next": "b"},
        "b": {"Type": "Pass", "Result": "done", "End": true},
    }});
    let answer = run(&definition, json!({}));
    assert_eq!(answer.outcome, Outcome::Succeeded { output: json!("done") });
    assert_eq!(answer.stopped.since(answer.started).as_secs(), 60);
    assert_eq!(answer.events.last().unwrap().event.type_name(), "ExecutionSucceeded");
}

#[test]
fn after_five_minutes_it_is_over() {
    let waits = json!({"StartAt": "a", "States": {"a": {"Type": "Wait", "Seconds": 301, "End": true}}});
    let answer = run(&waits, json!({}));
    assert_eq!(answer.outcome, Outcome::TimedOut);
    assert_eq!(answer.stopped.since(answer.started).as_secs(), 300);
    let mut hangs = json!({"StartAt": "a", "States": {"a": task("a", None)}});
    hangs["States"]["a"].as_object_mut().unwrap().remove("TimeoutSeconds");
    assert_eq!(run(&hangs, json!({"ask": "hang"})).outcome, Outcome::TimedOut);
}

#[test]
fn a_failing_task_fails_it_and_a_time_limit_of_its_own_ends_it_earlier() {
    let mut definition = json!({"StartAt": "a", "TimeoutSeconds": 5, "States": {"a": task("a", None)}});
    let failed = run(&definition, json!({"ask": "fail"}));
    assert!(matches!(failed.outcome, Outcome::Failed { error: Some(error), .. } if error == "Saga.Rejected"));
    definition["States"]["a"] = json!({"Type": "Wait", "Seconds": 10, "End": true});
    let ended = run(&definition, json!({}));
    assert_eq!((ended.outcome, ended.stopped.since(ended.started).as_secs()), (Outcome::TimedOut, 5));
}
