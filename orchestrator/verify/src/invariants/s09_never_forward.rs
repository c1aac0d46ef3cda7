//! S9: nothing goes forward once the saga unwinds.

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S9",
    sentence: "no step begins after its saga began to unwind",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let Some(since) = evidence.saga.unwinding_since else {
        return Vec::new();
    };
    let late = evidence
        .rows
        .iter()
        .filter(|row| row.started.is_some_and(|started| started > since));
    late.map(|row| format!("{} began after the saga had begun to unwind", row.step))
        .collect()
}
