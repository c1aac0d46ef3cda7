//! S8: the failing step is undone too.
//!
//! Whatever an attempt has begun may have had its effect, so it is in the unwind set: its own compensation was asked,
//! or the ledger proves that there was nothing to ask for. Parked without ever having been asked is only what the
//! sweeper settled when all its unwinds had come to nothing.

use amends_store::{LedgerRow, LedgerStatus, SagaState, Undo};

use super::Invariant;
use crate::Evidence;

/// After so many unwinds the sweeper settles a saga.
const MOST_UNWINDS: u32 = 3;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S8",
    sentence: "every step that began was asked to be undone, the failing one too, or is proven to have done nothing",
    at_rest: true,
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    if !matches!(evidence.saga.state, SagaState::Compensated | SagaState::Stuck) {
        return Vec::new();
    }
    let given_up = evidence.saga.unwinds >= MOST_UNWINDS;
    // A step that this version of the saga does not have any more cannot be asked.
    let rows = evidence.rows.iter().filter(|row| evidence.definition.step(&row.step).is_some());
    let is_unknown = |row: &LedgerRow| evidence.saga.is_recovered() && row.input.is_null();
    rows.filter_map(|row| unasked(row, given_up || is_unknown(row))).collect()
}

fn unasked(row: &LedgerRow, may_be_parked: bool) -> Option<String> {
    let (step, asked) = (&row.step, row.undo_attempts > 0);
    match (row.status, row.undo) {
        (LedgerStatus::Parked, _)
            if row.started.is_some() && !asked && row.undoing.is_none() && !may_be_parked =>
        {
            Some(format!("{step} began and was parked, and nobody ever asked it to be undone"))
        }
        (LedgerStatus::Undone, Some(Undo::NeverStarted)) if row.started.is_some() => {
            Some(format!("{step} is said never to have started, but it began"))
        }
        (LedgerStatus::Undone, Some(Undo::WasRefused)) if row.in_doubt => {
            Some(format!("{step} is said to have been refused, but an attempt at it is in doubt"))
        }
        (LedgerStatus::Undone, Some(Undo::Reversed | Undo::NothingHappened | Undo::NothingFound))
            if !asked =>
        {
            Some(format!("{step} is said to be undone, but nobody ever asked it to be"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use amends_store::Restored;

    use super::*;
    use crate::sound::{assert_finds_nothing, caught_by, compensated, row_of, stuck};

    #[test]
    fn every_step_of_a_sound_saga_was_asked() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_step_that_was_parked_without_being_asked_is_caught() {
        let mut mutant = stuck();
        let row = row_of(&mut mutant, "charge");
        (row.undo_attempts, row.undoing) = (0, None);
        assert_eq!(caught_by(&mutant), ["S8"]);
        for unwinds in [2, 3] {
            mutant.saga.unwinds = unwinds;
            let expected: &[&str] = if unwinds == 3 { &[] } else { &["S8"] };
            assert_eq!(caught_by(&mutant), expected, "{unwinds} unwinds");
        }
    }

    #[test]
    fn of_a_recovered_saga_a_step_may_be_parked_that_nothing_is_known_of() {
        let mut mutant = stuck();
        let row = row_of(&mut mutant, "charge");
        (row.undo_attempts, row.undoing, row.input) = (0, None, serde_json::Value::Null);
        assert_eq!(caught_by(&mutant), ["S8"]);
        mutant.saga.restored = Some(Restored::Recovered);
        assert_eq!(caught_by(&mutant), [""; 0]);
        row_of(&mut mutant, "charge").input = serde_json::json!({});
        assert_eq!(caught_by(&mutant), ["S8"]);
    }

    #[test]
    fn a_step_that_is_undone_and_was_never_asked_is_caught() {
        let mut mutant = compensated();
        row_of(&mut mutant, "reserve_stock").undo_attempts = 0;
        assert_eq!(caught_by(&mutant), ["S8"]);
    }

    #[test]
    fn a_false_proof_that_there_was_nothing_to_undo_is_caught() {
        let mut mutant = compensated();
        row_of(&mut mutant, "external_inventory_sync").in_doubt = true;
        assert_eq!(caught_by(&mutant), ["S8"]);
        let mut mutant = compensated();
        row_of(&mut mutant, "external_inventory_sync").undo = Some(Undo::NeverStarted);
        assert_eq!(caught_by(&mutant), ["S8"]);
    }
}
