//! Redrive: what is done again, what is kept, and where in the history it goes on.
//!
//! That an attempt after a redrive follows the event with which its state was entered is what AWS records; the recorded
//! corpus has no redrive.

use amends_engine::interp::{Action, Input, Outcome};
use serde_json::{Value, json};

use crate::play::{Play, worker};

fn function(name: &str, next: Option<&str>) -> Value {
    let mut state =
        json!({"Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:111111111111:function:{name}")});
    match next {
        Some(next) => state["Next"] = json!(next),
        None => state["End"] = json!(true),
    }
    state
}

fn invoked(actions: &[Action]) -> Vec<(u32, String)> {
    let invoked = actions.iter().filter_map(|action| match action {
        Action::Invoke(invocation) => {
            Some((invocation.task.0, invocation.resource.rsplit(':').next().unwrap().to_owned()))
        }
        _ => None,
    });
    invoked.collect()
}

/// The last events, with those that they follow.
fn last(play: &Play, count: usize) -> Vec<(String, u32)> {
    let events = &play.history.events;
    let last = &events[events.len() - count..];
    last.iter().map(|event| (event.event.type_name().into_owned(), event.previous_event_id)).collect()
}

fn owned(events: &[(&str, u32)]) -> Vec<(String, u32)> {
    events.iter().map(|(kind, previous)| ((*kind).to_owned(), *previous)).collect()
}

#[test]
fn a_failed_task_is_done_again_and_its_retries_count_anew() {
    let retry = json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]);
    let (mut play, _) = Play::started(&worker(json!({"Retry": retry})), json!({"a": 1}));
    play.fails(1, "E");
    play.fires(1);
    play.fails(2, "E");
    assert_eq!(play.failed().0, "E");
    assert!(play.execution.is_redrivable());
    let actions = play.happens(Input::Redriven);
    assert_eq!(invoked(&actions), [(3, "f".to_owned())]);
    assert_eq!(play.execution.outcome(), None);
    let expected = [
        ("ExecutionFailed", 8),
        ("ExecutionRedriven", 9),
        ("LambdaFunctionScheduled", 2),
        ("LambdaFunctionStarted", 11),
    ];
    assert_eq!(last(&play, 4), owned(&expected));
    play.fails(3, "E");
    play.fires(2);
    play.succeeds(4, json!("done"));
    assert_eq!(play.output(), &json!("done"));
    assert_eq!(play.execution.redrive_count(), 1);
}

#[test]
fn what_is_open_or_has_succeeded_is_not_redriven() {
    let (mut play, _) = Play::started(&worker(json!({})), json!({}));
    assert!(play.happens(Input::Redriven).is_empty() && !play.execution.is_redrivable());
    play.succeeds(1, json!(1));
    assert!(play.happens(Input::Redriven).is_empty() && !play.execution.is_redrivable());
    assert_eq!(play.output(), &json!(1));
}

#[test]
fn branches_that_had_ended_well_are_kept_and_the_others_go_on_where_they_were() {
    let branch = |first: &str, second: &str| json!({"StartAt": first, "States": {first: function(first, Some(second)), second: function(second, None)}});
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [branch("a1", "a2"), branch("b1", "b2"), branch("c1", "c2")], "End": true},
    }});
    let (mut play, actions) = Play::started(&definition, json!({}));
    assert_eq!(invoked(&actions).len(), 3);
    play.succeeds(1, json!(1));
    play.succeeds(4, json!("a"));
    play.succeeds(2, json!(1));
    play.fails(5, "E");
    assert_eq!(play.failed().0, "E");
    let actions = play.happens(Input::Redriven);
    // a is done; b failed in its second state; c was cut short in its first.
    assert_eq!(invoked(&actions), [(6, "b2".to_owned()), (7, "c1".to_owned())]);
    play.succeeds(6, json!("b"));
    play.succeeds(7, json!(1));
    play.succeeds(8, json!("c"));
    assert_eq!(play.output(), &json!(["a", "b", "c"]));
}

#[test]
fn iterations_that_had_not_begun_begin_after_a_redrive() {
    let map = json!({"Type": "Map", "MaxConcurrency": 1, "End": true,
        "ItemProcessor": {"StartAt": "f", "States": {"f": function("f", None)}}});
    let definition = json!({"StartAt": "M", "States": {"M": map}});
    let (mut play, _) = Play::started(&definition, json!(["x", "y", "z"]));
    play.succeeds(1, json!("X"));
    play.fails(2, "E");
    assert_eq!(play.failed().0, "E");
    play.happens(Input::Redriven);
    play.succeeds(3, json!("Y"));
    play.succeeds(4, json!("Z"));
    assert_eq!(play.output(), &json!(["X", "Y", "Z"]));
}

#[test]
fn an_aborted_execution_goes_on_in_all_its_branches() {
    let branch = |name: &str| json!({"StartAt": name, "States": {name: function(name, None)}});
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [branch("a"), branch("b")], "End": true},
    }});
    let (mut play, _) = Play::started(&definition, json!({}));
    play.succeeds(1, json!("a"));
    play.happens(Input::Stopped { error: None, cause: None });
    assert_eq!(invoked(&play.happens(Input::Redriven)), [(3, "b".to_owned())]);
    play.succeeds(3, json!("b"));
    assert_eq!(play.output(), &json!(["a", "b"]));
}

#[test]
fn a_time_limit_begins_anew() {
    let mut definition = worker(json!({}));
    definition["TimeoutSeconds"] = json!(10);
    let (mut play, _) = Play::started(&definition, json!({}));
    play.after(10.0).fires(1);
    assert_eq!(play.execution.outcome(), Some(&Outcome::TimedOut));
    play.happens(Input::Redriven);
    play.after(10.0).fires(2);
    assert_eq!(play.execution.outcome(), Some(&Outcome::TimedOut));
}

#[test]
fn what_nothing_handles_is_tried_again_too() {
    let branch = json!({"StartAt": "S", "States": {"S": {"Type": "Pass", "Parameters": {"m.$": "$.nope"}, "End": true}}});
    let definition =
        json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [branch], "End": true}}});
    let (mut play, _) = Play::started(&definition, json!({}));
    assert_eq!(play.failed().0, "States.Runtime");
    play.happens(Input::Redriven);
    assert_eq!(play.failed().0, "States.Runtime");
    assert_eq!(last(&play, 2), owned(&[("ExecutionRedriven", 5), ("ExecutionFailed", 6)]));
}
