//! The corpus's rule for the order of events: exact, but for what runs at once. Between the start of a Parallel or a Map
//! and its end, the events are split into threads along `previousEventId`, and the threads compared as a bag.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::matching::{self, Results};

const OPENS: &[&str] = &["ParallelStateStarted", "MapStateStarted"];
const CLOSES: &[&str] = &[
    "ParallelStateSucceeded",
    "ParallelStateFailed",
    "ParallelStateAborted",
    "MapStateSucceeded",
    "MapStateFailed",
    "MapStateAborted",
];
/// What follows whichever thread happened to end last.
const JOINS: &[&str] = &["ParallelStateExited", "MapStateExited"];

/// The first difference, and where it is; `None` if there is none.
pub(crate) fn difference(expected: &Value, actual: &Value, results: &Results) -> Option<String> {
    let (Some(expected), Some(actual)) = (expected.as_array(), actual.as_array()) else {
        return Some("no list of events".to_owned());
    };
    if expected.len() != actual.len() {
        return Some(format!(
            "{} events expected: {}\nfound: {}",
            expected.len(),
            types(expected),
            types(actual)
        ));
    }
    let spans = spans(expected);
    let mut at = 0;
    while at < expected.len() {
        let Some(end) = spans.get(&at) else {
            let difference = matching::difference(&expected[at], &actual[at], results);
            if difference.is_some() {
                return difference.map(|text| format!("event {}: {text}", at + 1));
            }
            at += 1;
            continue;
        };
        let keeps_ids = expected[at..*end].iter().all(|event| event.get("id").is_some());
        let split = if keeps_ids { threads } else { singles };
        let (want, got) = (split(&expected[at..*end]), split(&actual[at..*end]));
        let difference = matching::bag_difference(&want, &got, results);
        if difference.is_some() {
            return difference.map(|text| format!("events {} to {end}: {text}", at + 1));
        }
        at = *end;
    }
    None
}

fn types(events: &[Value]) -> String {
    events.iter().map(type_of).collect::<Vec<_>>().join(" ")
}

fn type_of(event: &Value) -> &str {
    event["type"].as_str().unwrap()
}

/// First event and end of each outermost Parallel or Map.
fn spans(events: &[Value]) -> BTreeMap<usize, usize> {
    let (mut spans, mut depth, mut first) = (BTreeMap::new(), 0, 0);
    for (index, event) in events.iter().enumerate() {
        if OPENS.contains(&type_of(event)) {
            depth += 1;
            first = if depth == 1 { index + 1 } else { first };
        } else if CLOSES.contains(&type_of(event)) && depth > 0 {
            depth -= 1;
            if depth == 0 {
                spans.insert(first, index + 1);
            }
        }
    }
    if depth > 0 {
        spans.insert(first, events.len());
    }
    spans
}

fn bare(event: &Value) -> Value {
    let mut event = event.clone();
    let fields = event.as_object_mut().unwrap();
    fields.remove("id");
    fields.remove("previousEventId");
    event
}

fn singles(events: &[Value]) -> Vec<Value> {
    events.iter().map(|event| Value::Array(vec![bare(event)])).collect()
}

/// Lists of events of which each follows from the one before.
fn threads(events: &[Value]) -> Vec<Value> {
    let (mut tips, mut threads) = (BTreeMap::<u64, usize>::new(), Vec::<Vec<Value>>::new());
    for event in events {
        let is_join = CLOSES.contains(&type_of(event)) || JOINS.contains(&type_of(event));
        let follows = if is_join { None } else { event["previousEventId"].as_u64() };
        let thread = follows.and_then(|previous| tips.remove(&previous)).unwrap_or_else(|| {
            threads.push(Vec::new());
            threads.len() - 1
        });
        threads[thread].push(bare(event));
        if !OPENS.contains(&type_of(event)) {
            tips.insert(event["id"].as_u64().unwrap(), thread);
        }
    }
    threads.into_iter().map(Value::Array).collect()
}

#[test]
fn what_runs_at_once_may_be_in_any_order_and_nothing_else() {
    use serde_json::json;
    let event = |id: u64, previous: u64, kind: &str, name: &str| json!({"id": id, "previousEventId": previous, "type": kind, "name": name});
    let history = |branches: [(u64, &str); 2]| {
        let [a, b] = branches.map(|(id, name)| event(id, 1, "PassStateEntered", name));
        json!([
            event(1, 0, "ParallelStateStarted", ""),
            a,
            b,
            event(4, 3, "ParallelStateSucceeded", ""),
            event(5, 3, "End", "")
        ])
    };
    let check = |left: &Value, right: &Value, same: bool| {
        assert_eq!(difference(left, right, &Results::new()).is_none(), same, "{left} {right}");
    };
    let expected = history([(2, "a"), (3, "b")]);
    check(&expected, &history([(2, "b"), (3, "a")]), true);
    check(&expected, &history([(2, "b"), (3, "b")]), false);
    let mut other = expected.clone();
    other[4]["previousEventId"] = json!(4);
    check(&expected, &other, false);
}
