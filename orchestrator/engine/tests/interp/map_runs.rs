//! Map runs: what is known of them and of their children, what a redrive does with the children, and changed limits.

use amends_engine::history::{MapRun, MapRunEnd, MapRuns, Recording};
use amends_engine::interp::{Action, Input, MapRunUpdate, Outcome};
use serde_json::{Value, json};

use crate::play::{Play, worker};

fn function(name: &str, next: Option<&str>) -> Value {
    let mut state = worker(json!({}))["States"]["work"].clone();
    state["Resource"] = json!(format!("arn:aws:lambda:us-east-1:111111111111:function:{name}"));
    if let Some(next) = next {
        state.as_object_mut().unwrap().remove("End");
        state["Next"] = json!(next);
    }
    state
}

fn machine(kind: &str, fields: Value, states: Value) -> Value {
    let mut map = json!({"Type": "Map", "Label": "L", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": "f", "States": states}});
    for (name, value) in fields.as_object().unwrap() {
        map[name] = value.clone();
    }
    json!({"StartAt": "M", "States": {"M": map}})
}

/// Two steps for each item.
fn two_steps(kind: &str, fields: Value) -> Value {
    machine(kind, fields, json!({"f": function("f", Some("g")), "g": function("g", None)}))
}

fn invoked(actions: &[Action]) -> Vec<String> {
    let invoked = actions.iter().filter_map(|action| match action {
        Action::Invoke(invocation) => Some(invocation.resource.rsplit(':').next().unwrap().to_owned()),
        _ => None,
    });
    invoked.collect()
}

fn runs(play: &Play) -> Vec<MapRun> {
    play.folded(MapRuns::default()).into_list()
}

fn types(play: &Play, child: &str) -> Vec<(String, u32)> {
    let events = play.folded(Recording::of_child(child)).events;
    let ids: Vec<_> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids, (1..=events.len() as u32).collect::<Vec<_>>());
    events.iter().map(|event| (event.event.type_name().into_owned(), event.previous_event_id)).collect()
}

#[test]
fn a_standard_child_goes_on_where_it_had_failed_and_so_does_its_history() {
    let (mut play, _) = Play::started(&two_steps("STANDARD", json!({})), json!(["x", "y"]));
    play.succeeds(1, json!("X"));
    play.succeeds(2, json!("Y"));
    play.succeeds(3, json!("done"));
    play.fails(4, "E");
    assert_eq!(play.failed().0, "States.ExceedToleratedFailureThreshold");
    let actions = play.happens(Input::Redriven);
    assert_eq!(invoked(&actions), ["g"]);
    let run = runs(&play).remove(0);
    let child = &run.children[1];
    assert_eq!((run.redrives, run.ended, child.redrives, &child.ended), (1, None, 1, &None));
    let history = types(&play, &child.arn);
    let expected = [("ExecutionFailed", 10), ("ExecutionRedriven", 11), ("LambdaFunctionScheduled", 7)];
    let last: Vec<_> = history[10..13].iter().map(|(kind, previous)| (kind.as_str(), *previous)).collect();
    assert_eq!(last, expected);
    play.succeeds(5, json!("done too"));
    assert_eq!(play.output(), &json!(["done", "done too"]));
    assert_eq!(runs(&play)[0].ended.unwrap().1, MapRunEnd::Succeeded);
    assert!(play.types().contains(&"MapRunRedriven".to_owned()));
}

#[test]
fn an_express_child_begins_anew() {
    let (mut play, _) = Play::started(&two_steps("EXPRESS", json!({})), json!(["x", "y"]));
    play.succeeds(1, json!("X"));
    play.succeeds(2, json!("Y"));
    play.succeeds(3, json!("done"));
    play.fails(4, "E");
    assert_eq!(invoked(&play.happens(Input::Redriven)), ["f"]);
    play.succeeds(5, json!("Y"));
    play.succeeds(6, json!("again"));
    assert_eq!(play.output(), &json!(["done", "again"]));
}

#[test]
fn children_that_were_cut_short_go_on_as_many_at_once_as_before() {
    let definition = two_steps("STANDARD", json!({"MaxConcurrency": 2}));
    let (mut play, _) = Play::started(&definition, json!(["x", "y", "z"]));
    play.succeeds(1, json!("X"));
    play.happens(Input::Stopped { error: None, cause: None });
    let run = runs(&play).remove(0);
    let cut = Outcome::Aborted { error: None, cause: None };
    assert!(run.children.iter().all(|child| child.ended.as_ref().is_some_and(|(_, end)| *end == cut)));
    assert_eq!((run.children.len(), run.ended.unwrap().1), (2, MapRunEnd::Aborted));
    assert_eq!(invoked(&play.happens(Input::Redriven)), ["g", "f"]);
    // The third begins when there is room.
    assert_eq!(invoked(&play.succeeds(4, json!("done"))), ["f"]);
}

#[test]
fn a_child_goes_on_with_the_branch_that_had_failed() {
    let branch = |name: &str| json!({"StartAt": name, "States": {name: function(name, None)}});
    let states = json!({"f": {"Type": "Parallel", "End": true, "Branches": [branch("a"), branch("b")]}});
    let (mut play, _) = Play::started(&machine("STANDARD", json!({}), states), json!(["x"]));
    play.succeeds(1, json!("A"));
    play.fails(2, "E");
    assert_eq!(play.failed().0, "States.ExceedToleratedFailureThreshold");
    assert_eq!(invoked(&play.happens(Input::Redriven)), ["b"]);
    play.succeeds(3, json!("B"));
    assert_eq!(play.output(), &json!([["A", "B"]]));
}

#[test]
fn a_child_of_a_child_goes_on_too() {
    let inner = two_steps("STANDARD", json!({"Label": "inner"}))["States"]["M"].clone();
    let mut inner = inner;
    inner["ItemProcessor"]["StartAt"] = json!("h");
    inner["ItemProcessor"]["States"] = json!({"h": function("h", Some("i")), "i": function("i", None)});
    let definition = machine("STANDARD", json!({}), json!({"f": inner}));
    let (mut play, _) = Play::started(&definition, json!([["x", "y"]]));
    play.succeeds(1, json!(1));
    play.succeeds(3, json!("done"));
    play.fails(2, "E");
    assert_eq!(play.failed().0, "States.ExceedToleratedFailureThreshold");
    assert_eq!(invoked(&play.happens(Input::Redriven)), ["h"]);
    let found = runs(&play);
    assert_eq!((found[0].redrives, found[1].redrives), (1, 1));
    assert_eq!(found[1].execution_arn, found[0].children[0].arn);
    play.succeeds(4, json!(2));
    play.succeeds(5, json!("done too"));
    assert_eq!(play.output(), &json!([["done", "done too"]]));
}

#[test]
fn failures_that_are_tolerated_are_told_apart() {
    let fields = json!({"ToleratedFailureCount": 1, "MaxConcurrency": 1,
        "ItemBatcher": {"MaxItemsPerBatch": 2}});
    let states = json!({"f": function("f", None)});
    let (mut play, _) = Play::started(&machine("STANDARD", fields, states), json!(["x", "y", "z"]));
    play.fails(1, "E");
    let run = runs(&play).remove(0);
    assert_eq!((&run.items, run.children.len(), run.ended), (&vec![2, 1], 2, None));
    assert_eq!((run.limits.max_concurrency, run.limits.tolerated_failure_count), (1, 1));
    let failed = Outcome::Failed { error: Some("E".to_owned()), cause: Some("because".to_owned()) };
    assert_eq!(run.children[0].ended.as_ref().unwrap().1, failed);
    assert_eq!(*run.children[1].input, json!({"Items": ["z"]}));
    play.succeeds(2, json!("Z"));
    assert_eq!(play.output(), &json!(["Z"]));
}

fn update(play: &mut Play, update: MapRunUpdate) -> Vec<Action> {
    let arn = runs(play)[0].arn.to_string();
    play.happens(Input::MapRunUpdated { arn, update })
}

#[test]
fn more_begin_at_once_when_more_may() {
    let definition = two_steps("STANDARD", json!({"MaxConcurrency": 1}));
    let (mut play, actions) = Play::started(&definition, json!(["x", "y", "z"]));
    assert_eq!(invoked(&actions).len(), 1);
    let more = MapRunUpdate { max_concurrency: Some(2), ..MapRunUpdate::default() };
    assert_eq!(invoked(&update(&mut play, more)), ["f"]);
    assert_eq!(runs(&play)[0].limits.max_concurrency, 2);
    let unlimited = MapRunUpdate { max_concurrency: Some(0), ..MapRunUpdate::default() };
    assert_eq!(invoked(&update(&mut play, unlimited)), ["f"]);
}

#[test]
fn fewer_failures_are_tolerated_from_now_on() {
    let definition = two_steps("STANDARD", json!({"ToleratedFailureCount": 2}));
    let (mut play, _) = Play::started(&definition, json!(["x", "y", "z"]));
    play.fails(1, "E");
    let same = MapRunUpdate { tolerated_failure_count: Some(1), ..MapRunUpdate::default() };
    update(&mut play, same);
    assert_eq!(play.execution.outcome(), None);
    let none = MapRunUpdate { tolerated_failure_count: Some(0), ..MapRunUpdate::default() };
    update(&mut play, none);
    assert_eq!(play.failed().0, "States.ExceedToleratedFailureThreshold");
}

#[test]
fn an_update_of_a_map_run_that_is_over_changes_nothing() {
    let (mut play, _) = Play::started(&two_steps("STANDARD", json!({})), json!(["x"]));
    let arn = runs(&play)[0].arn.to_string();
    let more = MapRunUpdate { max_concurrency: Some(2), ..MapRunUpdate::default() };
    play.fails(1, "E");
    assert!(play.happens(Input::MapRunUpdated { arn, update: more }).is_empty());
    assert_eq!(runs(&play)[0].limits.max_concurrency, 0);
}

#[test]
fn a_child_that_is_stopped_is_one_that_did_not_end_well() {
    let definition = two_steps("STANDARD", json!({"ToleratedFailureCount": 1}));
    let (mut play, _) = Play::started(&definition, json!(["x", "y", "z"]));
    let arn = |play: &Play, child: usize| runs(play)[0].children[child].arn.to_string();
    let stop = |arn| Input::ChildStopped { arn, error: Some("E".into()), cause: None };
    let first = arn(&play, 0);
    play.happens(stop(first.clone()));
    let end = Outcome::Aborted { error: Some("E".into()), cause: None };
    assert_eq!(runs(&play)[0].children[0].ended.as_ref().unwrap().1, end);
    assert_eq!(types(&play, &first).last().unwrap().0, "ExecutionAborted");
    // Its answer comes too late, and so does another stop.
    assert!(play.succeeds(1, json!("late")).is_empty() && play.happens(stop(first)).is_empty());
    let second = arn(&play, 1);
    play.happens(stop(second));
    assert_eq!(play.failed().0, "States.ExceedToleratedFailureThreshold");
    assert_eq!(invoked(&play.happens(Input::Redriven)), ["f", "f", "f"]);
}

#[test]
fn an_item_that_its_selector_makes_too_large_fails_the_map() {
    let selected = |fields: Value| {
        let fields = json!({"ItemsPath": "$.items", "ItemSelector": fields});
        let input = json!({"items": [1, 2], "text": "x".repeat(150_000)});
        Play::started(&two_steps("STANDARD", fields), input).0
    };
    assert_eq!(selected(json!({"once.$": "$.text"})).execution.outcome(), None);
    let twice = selected(json!({"once.$": "$.text", "twice.$": "$.text"}));
    assert_eq!(twice.failed().0, "States.DataLimitExceeded");
}
