//! S5: nothing happens after a tombstone.

use amends_store::{LedgerRow, LedgerStatus, Undo};

use super::Invariant;
use crate::{BookEffect, Direction, Evidence};

pub(super) const INVARIANT: Invariant =
    Invariant { id: "S5", at_rest: true, sentence: "no effect of a step comes after its tombstone", check };

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    // What a person accepted is there, and was before.
    let stays = |row: &&LedgerRow| row.undo == Some(Undo::Accepted);
    let undone = evidence.rows.iter().filter(|row| row.status == LedgerStatus::Undone && !stays(row));
    undone.filter_map(|row| after_tombstone(evidence, row)).collect()
}

fn after_tombstone(evidence: &Evidence<'_>, row: &LedgerRow) -> Option<String> {
    let applied = last(evidence, row, Direction::Applied)?;
    let step = &row.step;
    if matches!(row.undo, Some(Undo::NeverStarted | Undo::WasRefused)) {
        return Some(format!("{step} had an effect, but the ledger says that it never did"));
    }
    let Some(reversed) = last(evidence, row, Direction::Reversed) else {
        return Some(format!("{step} is undone, and its effect came afterwards"));
    };
    // A notice of which nobody knew whether it had gone out may arrive after its correction.
    let may_be_late = row.in_doubt && applied.is_notice();
    let late = applied.sequence > reversed.sequence && !may_be_late;
    late.then(|| format!("{step} had its effect after it was undone"))
}

/// The last effect of a step in one direction.
fn last<'e>(evidence: &'e Evidence<'_>, row: &LedgerRow, direction: Direction) -> Option<&'e BookEffect> {
    let effects = evidence.effects.iter().filter(|effect| effect.step == row.step);
    effects.filter(|effect| effect.direction == direction).max_by_key(|effect| effect.sequence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{assert_finds_nothing, at, caught_by, compensated, effect_of, row_of};

    #[test]
    fn nothing_follows_the_tombstones_of_a_sound_saga() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_capture_after_the_refund_is_caught() {
        let mut mutant = compensated();
        effect_of(&mut mutant, "captured").sequence = 99;
        // The customer was told of it before, too.
        assert_eq!(caught_by(&mutant), ["S5", "S16"]);
    }

    #[test]
    fn an_effect_that_the_ledger_says_never_was_is_caught() {
        for (undo, began) in [(Undo::NeverStarted, None), (Undo::WasRefused, Some(at(3)))] {
            let mut mutant = compensated();
            let row = row_of(&mut mutant, "charge");
            (row.undo, row.started) = (Some(undo), began);
            assert_eq!(caught_by(&mutant), ["S5"], "{undo:?}");
        }
    }

    #[test]
    fn a_late_effect_of_a_step_that_had_nothing_to_undo_is_caught() {
        let mut mutant = compensated();
        mutant.effects.retain(|effect| effect.name != "refunded");
        row_of(&mut mutant, "charge").undo = Some(Undo::NothingFound);
        assert!(!check(&mutant).is_empty());
    }

    #[test]
    fn only_a_notice_in_doubt_may_arrive_after_its_correction() {
        let mut mutant = compensated();
        effect_of(&mut mutant, "sent").sequence = 99;
        assert_eq!(caught_by(&mutant), ["S5"]);
        row_of(&mut mutant, "notify").in_doubt = true;
        assert_eq!(caught_by(&mutant), [""; 0]);
    }
}
