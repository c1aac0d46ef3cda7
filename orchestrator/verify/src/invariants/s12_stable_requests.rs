//! S12: a repeated request is the same request.

use std::collections::{BTreeMap, BTreeSet};

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S12",
    sentence: "key and body of a request are the same at every attempt",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let mut bodies = BTreeMap::<&str, BTreeSet<&str>>::new();
    let mut keys = BTreeMap::<&str, BTreeSet<&str>>::new();
    for effect in &evidence.effects {
        if let Some((key, body)) = &effect.request {
            bodies.entry(key).or_default().insert(body);
            keys.entry(effect.name).or_default().insert(key);
        }
    }
    let changed = bodies.values().filter(|bodies| bodies.len() > 1);
    let mut found: Vec<String> = changed
        .map(|bodies| format!("one key with {} different bodies", bodies.len()))
        .collect();
    for (name, keys) in keys.into_iter().filter(|(_, keys)| keys.len() > 1) {
        found.push(format!("{name} under {} different keys", keys.len()));
    }
    found
}
