//! S5: nothing happens after a tombstone.

use amends_store::{LedgerStatus, Undo};

use super::Invariant;
use crate::{Direction, Evidence};

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S5",
    sentence: "no effect of a step comes after its tombstone",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let undone = evidence
        .rows
        .iter()
        .filter(|row| row.status == LedgerStatus::Undone);
    let mut found = Vec::new();
    for row in undone {
        let applied = evidence.effects.iter().filter(|effect| effect.step == row.step);
        let applied = applied.filter(|effect| effect.direction == Direction::Applied);
        let last_applied = applied.map(|effect| effect.sequence).max();
        let reversed = evidence.effects.iter().filter(|effect| effect.step == row.step);
        let reversed = reversed.filter(|effect| effect.direction == Direction::Reversed);
        let last_reversed = reversed.map(|effect| effect.sequence).max();
        match (last_applied, last_reversed) {
            (Some(applied), Some(reversed)) if applied > reversed => {
                found.push(format!("{} had its effect after it was undone", row.step));
            }
            (Some(_), None) => found.push(format!("{} is undone, and its effect came afterwards", row.step)),
            (Some(_) | None, Some(_)) | (None, None) => {}
        }
        if matches!(row.undo, Some(Undo::NeverStarted | Undo::WasRefused)) && last_applied.is_some() {
            found.push(format!(
                "{} had an effect, but the ledger says that it never did",
                row.step
            ));
        }
    }
    found
}
