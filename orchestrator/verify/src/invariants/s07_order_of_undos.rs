//! S7: undos run in reverse order.

use std::time::Duration;

use amends_store::{LedgerRow, LedgerStatus, Undo};

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S7",
    at_rest: true,
    sentence: "steps are undone in reverse order (those that an earlier unwind gave up on excepted)",
    check,
};

/// A step that had nothing to undo has no place in the order.
fn was_undone(row: &&LedgerRow) -> bool {
    row.undoing.is_some() && !matches!(row.undo, Some(Undo::NeverStarted | Undo::WasRefused))
}

/// Whether one execution alone unwound the saga. A later one may have to undo what an earlier one gave up on, after
/// others that come before it in the saga; so the order is judged only here.
fn is_of_one_execution(evidence: &Evidence<'_>) -> bool {
    let saga = &evidence.saga;
    // The sweeper gives an unwind its time in the transaction that names it. If that transaction also began the
    // unwinding, no compensation had run before.
    let time_limit = Duration::from_secs(evidence.definition.deadline_seconds());
    let begun_by_it = saga.unwinding_since.map(|since| since.plus(time_limit)) == Some(saga.deadline);
    saga.unwinds == 0 || (saga.unwinds == 1 && begun_by_it)
}

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    if !is_of_one_execution(evidence) {
        return Vec::new();
    }
    let mut undone: Vec<&LedgerRow> = evidence.rows.iter().filter(was_undone).collect();
    undone.sort_by_key(|row| row.position);
    let mut found = Vec::new();
    for pair in undone.windows(2) {
        let (earlier, later) = (pair[0], pair[1]);
        // One that gave up was parked when all the others had run.
        let ended = later.settled.filter(|_| later.status == LedgerStatus::Undone);
        if later.undoing > earlier.undoing {
            found.push(format!("{} began to be undone before {}", earlier.step, later.step));
        } else if ended > earlier.undoing {
            found.push(format!("{} began to be undone before {} was", earlier.step, later.step));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{assert_finds_nothing, at, caught_by, compensated, row_of};

    #[test]
    fn sound_sagas_are_undone_in_reverse_order() {
        assert_finds_nothing(check);
    }

    #[test]
    fn an_undo_out_of_order_is_caught() {
        let mut mutant = compensated();
        let row = row_of(&mut mutant, "reserve_stock");
        (row.undoing, row.settled) = (Some(at(101)), Some(at(101)));
        assert_eq!(caught_by(&mutant), ["S7"]);
    }

    #[test]
    fn an_undo_that_began_before_the_one_before_it_had_ended_is_caught() {
        let mut mutant = compensated();
        row_of(&mut mutant, "charge").settled = Some(at(200));
        assert_eq!(caught_by(&mutant), ["S7"]);
    }

    #[test]
    fn an_unwind_that_alone_undid_everything_is_held_to_the_order() {
        let mut mutant = compensated();
        mutant.saga.unwinds = 1;
        mutant.saga.deadline = at(100).plus(Duration::from_secs(mutant.definition.deadline_seconds()));
        assert_eq!(caught_by(&mutant), [""; 0]);
        row_of(&mut mutant, "charge").settled = Some(at(200));
        assert_eq!(caught_by(&mutant), ["S7"]);
    }
}
