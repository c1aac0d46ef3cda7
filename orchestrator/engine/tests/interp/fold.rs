//! An execution is a fold: the same occurrences give the same actions and history, whoever looks on; and what it waits
//! for is always what its actions began and have not ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use amends_asl::StateMachine;
use amends_engine::history::{NoHistory, Recording};
use amends_engine::interp::{Action, Execution, Input, Occurrence, TaskId, TimerId};
use amends_types::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::play::identity;

fn machine() -> Arc<StateMachine> {
    let definition = json!({"StartAt": "first", "TimeoutSeconds": 1000, "States": {
        "first": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 50, "HeartbeatSeconds": 9,
            "Parameters": {"FunctionName": "f", "Payload": {"c.$": "$$", "r.$": "$$.State.RetryCount", "i.$": "$"}},
            "ResultSelector": {"p.$": "$.Payload.p"}, "ResultPath": "$.first",
            "Retry": [{"ErrorEquals": ["Final"], "MaxAttempts": 0},
                {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2, "JitterStrategy": "FULL"},
                {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "MaxDelaySeconds": 4}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "pause"}],
            "Next": "second"
        },
        "second": {
            "Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:111111111111:function:g", "InputPath": "$.first",
            "Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "pause"}],
            "OutputPath": "$.p", "End": true
        },
        "pause": {"Type": "Wait", "SecondsPath": "$.pause", "Next": "which"},
        "which": {"Type": "Choice", "Default": "first", "Choices": [
            {"Variable": "$.error.Error", "StringEquals": "Final", "Next": "fail"}]},
        "fail": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
    }});
    Arc::new(StateMachine::from_value(&definition).unwrap())
}

/// Input that may fit what is awaited, and often does not.
fn input() -> impl Strategy<Value = Input> {
    let task = (1..12_u32).prop_map(TaskId);
    let output = prop_oneof![Just(json!(1)), Just(json!({"p": {"q": 2}})), Just(json!("x".repeat(300_000)))];
    let error = prop_oneof![Just("Final"), Just("Other"), Just("States.Timeout"), Just("States.Runtime")];
    prop_oneof![
        1 => Just(Input::Started { input: json!({"pause": 3}) }),
        6 => (task.clone(), output).prop_map(|(task, output)| Input::TaskSucceeded { task, output }),
        6 => (task.clone(), error).prop_map(|(task, error)| Input::TaskFailed {
            task,
            error: error.to_owned(),
            cause: "{\"a\": 1}".to_owned(),
        }),
        2 => task.prop_map(|task| Input::TaskHeartbeat { task }),
        12 => (1..30_u32).prop_map(|timer| Input::TimerFired { timer: TimerId(timer) }),
        1 => Just(Input::Stopped { error: None, cause: Some("enough".to_owned()) }),
    ]
}

fn occurrences() -> impl Strategy<Value = Vec<Occurrence>> {
    let starts = prop_oneof![
        Just(json!({"pause": 3})),
        Just(json!({"pause": -1})),
        Just(json!({})),
        Just(Value::Null)
    ];
    let rest = proptest::collection::vec((0..5_000_000_i64, any::<u64>(), input()), 0..200);
    (starts, rest).prop_map(|(start, rest)| {
        let mut at = 1_700_000_000_000_000;
        let first = (0, 0, Input::Started { input: start });
        let all = std::iter::once(first).chain(rest);
        let timed = all.map(|(passed, entropy, input)| {
            at += passed;
            Occurrence { at: Timestamp::from_micros(at), entropy, input }
        });
        timed.collect()
    })
}

/// What the actions began and have not ended.
#[derive(Default)]
struct Outstanding {
    timers: BTreeMap<TimerId, Timestamp>,
    invoked: Option<amends_engine::interp::Invocation>,
}

impl Outstanding {
    fn note(&mut self, input: &Input, actions: &[Action]) {
        if let Input::TimerFired { timer } = input {
            self.timers.remove(timer);
        }
        for action in actions {
            match action {
                Action::SetTimer { timer, at } => drop(self.timers.insert(*timer, *at)),
                Action::CancelTimer { timer } => drop(self.timers.remove(timer)),
                Action::Invoke(invocation) => self.invoked = Some(invocation.clone()),
                Action::Abandon { .. } => {}
                Action::Finish(_) => self.invoked = None,
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_occurrences_give_the_same_actions_and_history(occurrences in occurrences()) {
        let fold = |sink: &mut dyn amends_engine::history::HistorySink| {
            let mut execution = Execution::new(machine(), identity());
            let mut actions = Vec::new();
            for occurrence in &occurrences {
                execution.apply(occurrence.clone(), sink, &mut actions);
            }
            (actions, execution.event_count(), execution.outcome().cloned())
        };
        let (mut first, mut second) = (Recording::default(), Recording::default());
        let folded = fold(&mut first);
        prop_assert_eq!(&folded, &fold(&mut second));
        prop_assert_eq!(&folded, &fold(&mut NoHistory));
        prop_assert_eq!(&first, &second);
        prop_assert_eq!(folded.1 as usize, first.events.len());
        for (position, event) in first.events.iter().enumerate() {
            prop_assert_eq!(event.id as usize, position + 1);
            prop_assert_eq!(event.previous_event_id as usize, if position < 2 { 0 } else { position });
        }
    }

    #[test]
    fn what_is_pending_is_what_was_begun_and_has_not_ended(occurrences in occurrences()) {
        let mut execution = Execution::new(machine(), identity());
        let mut outstanding = Outstanding::default();
        for occurrence in occurrences {
            let mut actions = Vec::new();
            let input = occurrence.input.clone();
            let was_over = execution.outcome().is_some();
            execution.apply(occurrence, &mut NoHistory, &mut actions);
            prop_assert!(!was_over || actions.is_empty(), "nothing follows the end");
            outstanding.note(&input, &actions);
            let mut timers = BTreeMap::new();
            for action in execution.pending() {
                match action {
                    Action::SetTimer { timer, at } => drop(timers.insert(timer, at)),
                    Action::Invoke(invocation) => prop_assert_eq!(Some(&invocation), outstanding.invoked.as_ref()),
                    other => prop_assert!(false, "pending: {other:?}"),
                }
            }
            prop_assert_eq!(&timers, &outstanding.timers);
            prop_assert_eq!(execution.waiting().is_some(), !execution.pending().is_empty());
        }
    }
}
