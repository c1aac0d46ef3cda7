//! S4: whatever was unwound has a tombstone for every step.

use amends_store::{LedgerStatus, SagaState};

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S4",
    at_rest: true,
    sentence: "an unwound saga has a tombstone for every step, also for those that never began",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    if !matches!(evidence.saga.state, SagaState::Compensated | SagaState::Stuck) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for step in evidence.definition.steps() {
        match evidence.row(step.name).map(|row| row.status) {
            Some(LedgerStatus::Undone | LedgerStatus::Parked) => {}
            Some(LedgerStatus::Undoing) if evidence.saga.repairing => {}
            Some(status) => found.push(format!("unwound, but {} is still {}", step.name, status.name())),
            None => found.push(format!("unwound, but {} left no tombstone", step.name)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{assert_finds_nothing, caught_by, compensated, row_of, stuck};

    #[test]
    fn a_sound_saga_that_was_unwound_has_all_its_tombstones() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_missing_tombstone_is_caught() {
        for step in ["order", "reserve_stock", "charge", "notify", "external_inventory_sync"] {
            let mut mutant = compensated();
            mutant.rows.retain(|row| row.step != step);
            assert_eq!(caught_by(&mutant), ["S4"], "{step}");
        }
    }

    #[test]
    fn a_row_that_was_left_open_is_caught() {
        for status in
            [LedgerStatus::Started, LedgerStatus::Done, LedgerStatus::Refused, LedgerStatus::Undoing]
        {
            for mut mutant in [compensated(), stuck()] {
                row_of(&mut mutant, "reserve_stock").status = status;
                assert_eq!(caught_by(&mutant), ["S4"], "{status:?}");
            }
        }
    }
}
