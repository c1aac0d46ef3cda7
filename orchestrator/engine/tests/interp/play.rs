//! One execution, played by hand: a test says what happens, and looks at what came of it.

use std::sync::Arc;
use std::time::Duration;

use amends_asl::StateMachine;
use amends_engine::history::{HistorySink, Recording};
use amends_engine::interp::{Action, Execution, Identity, Input, Occurrence, Outcome, TaskId, TimerId};
use amends_types::Timestamp;
use serde_json::{Value, json};

pub(crate) struct Play {
    machine: Arc<StateMachine>,
    occurrences: Vec<Occurrence>,
    pub(crate) execution: Execution,
    pub(crate) history: Recording,
    pub(crate) now: Timestamp,
    pub(crate) entropy: u64,
}

pub(crate) fn identity() -> Identity {
    Identity {
        execution_arn: "arn:aws:states:eu-west-1:111111111111:execution:m:r".into(),
        execution_name: "r".into(),
        machine_arn: "arn:aws:states:eu-west-1:111111111111:stateMachine:m".into(),
        machine_name: "m".into(),
        role_arn: "arn:aws:iam::111111111111:role/sfn".into(),
    }
}

/// A machine that starts with a Task "work", with further fields, and a state "undo" that errors may lead to.
pub(crate) fn worker(fields: Value) -> Value {
    let mut work =
        json!({"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111111111111:function:f", "End": true});
    for (name, value) in fields.as_object().unwrap() {
        work[name] = value.clone();
    }
    let mut states = json!({"work": work});
    if fields.get("Catch").is_some() {
        states["undo"] = json!({"Type": "Pass", "End": true});
    }
    json!({"StartAt": "work", "States": states})
}

impl Play {
    pub(crate) fn new(definition: &Value) -> Self {
        let machine = Arc::new(StateMachine::from_value(definition).unwrap());
        Self {
            execution: Execution::new(machine.clone(), identity()),
            machine,
            occurrences: Vec::new(),
            history: Recording::default(),
            now: Timestamp::from_micros(1_700_000_000_000_000),
            entropy: 0,
        }
    }

    /// A play that has started with the input, and what it did first.
    pub(crate) fn started(definition: &Value, input: Value) -> (Self, Vec<Action>) {
        let mut play = Self::new(definition);
        let actions = play.happens(Input::Started { input });
        (play, actions)
    }

    pub(crate) fn after(&mut self, seconds: f64) -> &mut Self {
        self.now = self.now.plus(Duration::from_secs_f64(seconds));
        self
    }

    pub(crate) fn happens(&mut self, input: Input) -> Vec<Action> {
        let mut actions = Vec::new();
        let occurrence = Occurrence { at: self.now, entropy: self.entropy, input };
        self.occurrences.push(occurrence.clone());
        self.execution.apply(occurrence, &mut self.history, &mut actions);
        actions
    }

    /// What another sink gets when all that has happened is folded again.
    pub(crate) fn folded<S: HistorySink>(&self, mut sink: S) -> S {
        let mut again = Execution::new(self.machine.clone(), identity());
        for occurrence in &self.occurrences {
            again.apply(occurrence.clone(), &mut sink, &mut Vec::new());
        }
        sink
    }

    pub(crate) fn succeeds(&mut self, task: u32, output: Value) -> Vec<Action> {
        self.happens(Input::TaskSucceeded { task: TaskId(task), output })
    }

    pub(crate) fn fails(&mut self, task: u32, error: &str) -> Vec<Action> {
        let (error, cause) = (error.to_owned(), "because".to_owned());
        self.happens(Input::TaskFailed { task: TaskId(task), error, cause })
    }

    pub(crate) fn fires(&mut self, timer: u32) -> Vec<Action> {
        self.happens(Input::TimerFired { timer: TimerId(timer) })
    }

    pub(crate) fn types(&self) -> Vec<String> {
        self.history.events.iter().map(|event| event.event.type_name().into_owned()).collect()
    }

    /// The error and the cause that it failed with.
    pub(crate) fn failed(&self) -> (&str, &str) {
        match self.execution.outcome() {
            Some(Outcome::Failed { error, cause }) => {
                (error.as_deref().unwrap_or_default(), cause.as_deref().unwrap_or_default())
            }
            other => panic!("not failed: {other:?}"),
        }
    }

    pub(crate) fn output(&self) -> &Value {
        match self.execution.outcome() {
            Some(Outcome::Succeeded { output }) => output,
            other => panic!("not succeeded: {other:?}"),
        }
    }
}

/// The timers that the actions set, with their times in seconds from now.
pub(crate) fn timers(actions: &[Action], now: Timestamp) -> Vec<(u32, f64)> {
    let set = actions.iter().filter_map(|action| match action {
        Action::SetTimer { timer, at } => Some((timer.0, at.since(now).as_secs_f64())),
        Action::Invoke(_) | Action::CancelTimer { .. } | Action::Abandon { .. } | Action::Finish(_) => None,
    });
    set.collect()
}

/// The timers that the actions cancel.
pub(crate) fn cancelled(actions: &[Action]) -> Vec<u32> {
    let cancelled = actions.iter().filter_map(|action| match action {
        Action::CancelTimer { timer } => Some(timer.0),
        Action::Invoke(_) | Action::SetTimer { .. } | Action::Abandon { .. } | Action::Finish(_) => None,
    });
    cancelled.collect()
}
