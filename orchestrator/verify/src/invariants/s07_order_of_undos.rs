//! S7: undos run in reverse order.

use amends_store::{LedgerRow, LedgerStatus, Undo};

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S7",
    sentence: "steps are undone in reverse order (one that was parked and repaired later excepted)",
    check,
};

/// A step that had nothing to undo has no place in the order.
fn was_undone(row: &&LedgerRow) -> bool {
    row.undoing.is_some() && !matches!(row.undo, Some(Undo::NeverStarted | Undo::WasRefused))
}

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let mut undone: Vec<&LedgerRow> = evidence.rows.iter().filter(was_undone).collect();
    undone.sort_by_key(|row| row.position);
    let first_unwind = evidence.saga.unwinds == 0;
    let mut found = Vec::new();
    for pair in undone.windows(2) {
        let (earlier, later) = (pair[0], pair[1]);
        if later.undoing > earlier.undoing {
            found.push(format!(
                "{} began to be undone before {}",
                earlier.step, later.step
            ));
        }
        let ended = later
            .settled
            .filter(|_| first_unwind && later.status == LedgerStatus::Undone);
        if ended.is_some() && ended > earlier.undoing {
            found.push(format!(
                "{} began to be undone before {} was",
                earlier.step, later.step
            ));
        }
    }
    found
}
