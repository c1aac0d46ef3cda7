//! Running a case: its executions one after the other, each until it ends, in time that passes at once.

use std::sync::Arc;

use amends_asl::StateMachine;
use amends_engine::history::Recording;
use amends_engine::interp::{Action, Execution, Identity, Input, Occurrence, Outcome, TimerId};
use amends_types::Timestamp;
use serde_json::{Value, json};

use crate::case::{Case, Verdict};
use crate::events;
use crate::lambdas;
use crate::matching::{Results, difference};

/// 2026-11-22T18:00:00Z, which the times in the cases are made for.
const START: Timestamp = Timestamp::from_micros(1_795_370_400_000_000);

pub(crate) fn run(case: &Case) -> Verdict {
    let mut results = Results::new();
    for step in case.content["steps"].as_array().unwrap() {
        let Some(machine) = step.get("execute").and_then(Value::as_str) else {
            return Verdict::NotRunnable(format!("step {step}"));
        };
        let definition = &case.content["machines"][machine];
        let parsed = match definition.get("$text").and_then(Value::as_str) {
            Some(text) => StateMachine::parse(text),
            None => StateMachine::from_value(definition),
        };
        let machine = match parsed {
            Ok(machine) => Arc::new(machine),
            Err(error) => return Verdict::Different(format!("definition refused: {error}")),
        };
        let id = step["id"].as_str().unwrap();
        let result = Simulation::new(machine, case).run(step);
        results.insert(id.to_owned(), result.clone());
        for (field, expected) in case.content["expect"][id].as_object().unwrap() {
            let compare = if field == "events" { events::difference } else { difference };
            if let Some(difference) = compare(expected, &result[field], &results) {
                return Verdict::Different(format!("{id} {field} {difference}"));
            }
        }
    }
    Verdict::Exact
}

struct Simulation<'a> {
    case: &'a Case,
    identity: Identity,
    execution: Execution,
    history: Recording,
    /// What is still to happen, in no order.
    ahead: Vec<(Timestamp, Input)>,
}

impl<'a> Simulation<'a> {
    fn new(machine: Arc<StateMachine>, case: &'a Case) -> Self {
        let identity = Identity {
            execution_arn: "arn:aws:states:us-east-1:111111111111:execution:machine:run".into(),
            execution_name: "run".into(),
            machine_arn: "arn:aws:states:us-east-1:111111111111:stateMachine:machine".into(),
            machine_name: "machine".into(),
            role_arn: "arn:aws:iam::111111111111:role/sfn".into(),
        };
        let execution = Execution::new(machine, identity.clone());
        Self { case, identity, execution, history: Recording::default(), ahead: Vec::new() }
    }

    fn run(mut self, step: &Value) -> Value {
        let input = match (step.get("input"), step.get("input_text").and_then(Value::as_str)) {
            (Some(input), _) => input.clone(),
            (None, Some(text)) => serde_json::from_str(text).unwrap(),
            (None, None) => json!({}),
        };
        let until_events = step.get("until_events").and_then(Value::as_u64);
        self.ahead.push((START, Input::Started { input }));
        let has_enough = |events: usize| until_events.is_some_and(|enough| events as u64 >= enough);
        while !has_enough(self.history.events.len()) && self.execution.outcome().is_none() {
            let next = (0..self.ahead.len()).min_by_key(|index| self.ahead[*index].0);
            let (at, input) =
                self.ahead.remove(next.expect("an execution that has not ended waits for something"));
            let mut actions = Vec::new();
            let entropy = at.as_micros().unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15);
            self.execution.apply(Occurrence { at, entropy, input }, &mut self.history, &mut actions);
            actions.into_iter().for_each(|action| self.act(at, action));
        }
        self.result()
    }

    fn act(&mut self, now: Timestamp, action: Action) {
        match action {
            Action::Invoke(invocation) => {
                let (delay, answer) = lambdas::call(&self.case.content["lambdas"], invocation);
                self.ahead.push((now.plus(delay), answer));
            }
            Action::SetTimer { timer, at } => self.ahead.push((at, Input::TimerFired { timer })),
            Action::CancelTimer { timer } => self.ahead.retain(|(_, input)| !is_of(input, timer)),
            Action::Abandon { .. } | Action::Finish(_) => {}
        }
    }

    fn result(&self) -> Value {
        let mut events = serde_json::to_value(&self.history.events).unwrap();
        for event in events.as_array_mut().unwrap() {
            let timestamp = event.as_object_mut().unwrap().remove("timestamp");
            assert!(timestamp.is_some_and(|time| time.is_number()), "every event has a time");
        }
        let mut result = json!({
            "events": events,
            "executionArn": &*self.identity.execution_arn,
            "executionName": &*self.identity.execution_name,
            "stateMachineArn": &*self.identity.machine_arn,
            "stateMachineName": &*self.identity.machine_name,
        });
        match self.execution.outcome() {
            Some(Outcome::Succeeded { output }) => result["output"] = json!(output.to_string()),
            Some(Outcome::Failed { error, cause } | Outcome::Aborted { error, cause }) => {
                result["error"] = json!(error);
                result["cause"] = json!(cause);
            }
            Some(Outcome::TimedOut) | None => {}
        }
        result
    }
}

fn is_of(input: &Input, timer: TimerId) -> bool {
    matches!(input, Input::TimerFired { timer: fired } if *fired == timer)
}
