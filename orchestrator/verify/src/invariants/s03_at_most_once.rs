//! S3: no effect happens twice.

use std::collections::BTreeMap;

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S3",
    sentence: "at most one capture, refund, reservation, release, sync and revert per saga",
    check,
};

/// Mail cannot promise to arrive once; everything else can.
const MAY_REPEAT: [&str; 2] = ["sent", "correction_sent"];

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let mut counts = BTreeMap::<&str, usize>::new();
    for effect in &evidence.effects {
        *counts.entry(effect.name).or_default() += 1;
    }
    let repeated = counts
        .into_iter()
        .filter(|(name, count)| *count > 1 && !MAY_REPEAT.contains(name));
    repeated
        .map(|(name, count)| format!("{name} {count} times"))
        .collect()
}
