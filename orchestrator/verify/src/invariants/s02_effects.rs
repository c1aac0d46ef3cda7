//! S2: a verdict is true of the effects.
//!
//! What a person accepted stays, and the ledger and the audit log both say so. What a person says was undone outside is
//! looked for in the books like everything else. While a repair is under way, what it undoes counts as parked.

use amends_store::{AuditAction, LedgerRow, LedgerStatus, SagaState, Undo};

use super::Invariant;
use crate::explore::{Fault, Happened};
use crate::{Direction, Evidence};

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S2",
    at_rest: true,
    sentence: "committed: every required effect and none undone; compensated: none left that no person accepted; stuck: only what is parked",
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    match evidence.saga.state {
        SagaState::Committed => committed(evidence),
        SagaState::Compensated => unwound(evidence),
        SagaState::Stuck => stuck(evidence),
        SagaState::Forward | SagaState::Unwinding => Vec::new(),
    }
}

fn committed(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for step in evidence.definition.steps() {
        let status = evidence.row(step.name).map(|row| row.status);
        let done = status == Some(LedgerStatus::Done);
        if step.policy.is_required() && !done {
            found.push(format!("committed, but {} is not done in the ledger", step.name));
        }
        let expected = done && evidence.leaves_an_effect(step.name);
        if expected && !evidence.holds(step.name) {
            found.push(format!("committed, but the effect of {} is not there", step.name));
        }
        if evidence.is_partly_done(step.name) {
            found.push(format!("committed, but only a part of an effect of {} is there", step.name));
        }
        if status.is_none() {
            found.push(format!("committed, but {} is neither done nor owed", step.name));
        }
        let undone = matches!(status, Some(LedgerStatus::Undoing | LedgerStatus::Undone));
        if undone || evidence.count(step.name, Direction::Reversed) > 0 {
            found.push(format!("committed, but {} was undone", step.name));
        }
    }
    found
}

/// Nothing is left, except what is recorded as parked (in a compensated saga only best-effort steps can be).
fn unwound(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for step in evidence.definition.steps() {
        let parked = evidence.row(step.name).is_some_and(|row| waits(evidence, row));
        if parked && step.policy.is_required() && evidence.saga.state == SagaState::Compensated {
            found.push(format!("compensated, but {} is parked", step.name));
        }
        if evidence.holds(step.name) && !parked && !evidence.is_accepted(step.name) {
            found.push(format!("{}, but the effect of {} is left", evidence.saga.state.name(), step.name));
        }
    }
    found.extend(evidence.rows.iter().filter_map(|row| unrecorded(evidence, row)));
    found
}

/// Whether a row waits for a person, or for the repair that a person began.
fn waits(evidence: &Evidence<'_>, row: &LedgerRow) -> bool {
    row.status == LedgerStatus::Parked || (evidence.saga.repairing && row.status == LedgerStatus::Undoing)
}

/// What is said to be a person's word, and is not in the audit log; or is there, and not in the ledger.
fn unrecorded(evidence: &Evidence<'_>, row: &LedgerRow) -> Option<String> {
    let words = [(Undo::Accepted, AuditAction::Accept), (Undo::Resolved, AuditAction::Resolve)];
    words.into_iter().find_map(|(undo, action)| {
        let (said, decided) = (row.undo == Some(undo), evidence.was_decided(action, &row.step));
        let (step, name) = (&row.step, undo.name());
        match (said, decided) {
            (true, false) => Some(format!("{step} is {name}, and the audit log knows of nobody who said so")),
            (false, true) => Some(format!("{step} was {name} by a person, and the ledger does not say so")),
            _ => None,
        }
    })
}

fn stuck(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found = unwound(evidence);
    if !evidence.rows.iter().any(|row| !row.best_effort && waits(evidence, row)) {
        found.push("stuck, but no required step is parked".into());
    }
    let parked = evidence.rows.iter().filter(|row| !row.best_effort && row.status == LedgerStatus::Parked);
    found.extend(parked.filter(|row| waits_for_nothing(evidence, row)).map(|row| {
        format!("stuck, but {} has nothing left to undo, and nobody refused to undo it", row.step)
    }));
    found
}

/// Whether a step gave up on undoing what is not there, although its provider would have answered. Only who watched
/// can know that it would have.
fn waits_for_nothing(evidence: &Evidence<'_>, row: &LedgerRow) -> bool {
    let Some(way) = evidence.way else { return false };
    let refused = row.undo_reason.as_deref().is_some_and(|reason| reason.starts_with("rejected"));
    let compensate = format!("{}.compensate.", row.step);
    let by_fault = way.moments.iter().any(|moment| match &moment.what {
        Happened::Injected { site, fault } => *fault == Fault::Declined && site.contains(&compensate),
        Happened::Refused { site } => site.contains(&compensate),
        _ => false,
    });
    refused && !by_fault && evidence.leaves_an_effect(&row.step) && !evidence.holds(&row.step)
}

#[cfg(test)]
mod tests {
    use amends_adapters::books::EffectKind::{PartlySynced, Reverted, Synced};
    use amends_store::Undo;

    use super::*;
    use crate::sound::{
        Story, assert_finds_nothing, caught_by, charged, committed, compensated, refunded, row_of, stuck,
        with_more,
    };

    #[test]
    fn the_verdicts_of_sound_sagas_are_true() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_commit_without_every_required_step_is_caught() {
        for step in ["order", "reserve_stock", "charge", "external_inventory_sync"] {
            let mut mutant = committed();
            row_of(&mut mutant, step).status = LedgerStatus::Started;
            assert_eq!(caught_by(&mutant), ["S2"], "{step}");
        }
    }

    #[test]
    fn a_commit_of_which_a_step_left_no_trace_is_caught() {
        let mut mutant = committed();
        mutant.rows.retain(|row| row.step != "notify");
        mutant.effects.retain(|effect| effect.step != "notify");
        assert_eq!(caught_by(&mutant), ["S2"]);
    }

    #[test]
    fn a_commit_whose_effect_never_happened_or_was_undone_is_caught() {
        let mut mutant = committed();
        mutant.effects.retain(|effect| effect.name != "synced");
        assert_eq!(caught_by(&mutant), ["S2"]);
        for (step, name) in [("reserve_stock", "released"), ("order", "cancelled")] {
            let mut mutant = committed();
            mutant.effects.push(crate::BookEffect::local(step, Direction::Reversed, name));
            assert_eq!(caught_by(&mutant), ["S2"], "{step}");
        }
    }

    #[test]
    fn a_commit_with_a_step_that_was_undone_is_caught() {
        for status in [LedgerStatus::Undoing, LedgerStatus::Undone] {
            let mut mutant = committed();
            mutant.effects.retain(|effect| effect.name != "sent");
            row_of(&mut mutant, "notify").status = status;
            assert_eq!(caught_by(&mutant), ["S2"], "{status:?}");
        }
    }

    #[test]
    fn a_compensated_saga_with_something_left_is_caught() {
        for (step, name) in [("reserve_stock", "released"), ("order", "cancelled"), ("charge", "refunded")] {
            let mut mutant = compensated();
            mutant.effects.retain(|effect| effect.name != name);
            assert!(!check(&mutant).is_empty(), "{step}");
        }
    }

    #[test]
    fn a_commit_of_which_a_part_was_never_completed_is_caught() {
        let sync = "external_inventory_sync";
        let in_part = charged().done(sync).effect(PartlySynced).verdict(SagaState::Committed);
        assert_eq!(caught_by(&in_part.told()), ["S2"]);
        // The provider had forgotten the key, and the repeat was a sale of its own.
        let twice = charged().done(sync).effect(Synced).effect_on("another", PartlySynced);
        assert_eq!(caught_by(&twice.verdict(SagaState::Committed).told()), ["S2"]);
    }

    #[test]
    fn a_compensated_saga_of_which_a_part_is_left_is_caught() {
        let begun = || charged().buried("notify").in_doubt("external_inventory_sync");
        let ended = |story: Story, undo: Undo| {
            let story = story.undone("external_inventory_sync", undo);
            refunded(story).verdict(SagaState::Compensated).told()
        };
        let left = ended(begun().effect(PartlySynced).unwinding(), Undo::NothingFound);
        assert!(!check(&left).is_empty());
        let other = begun().effect_on("another", PartlySynced).effect(Synced).unwinding().effect(Reverted);
        assert!(!check(&ended(other, Undo::Reversed)).is_empty(), "the whole was another sale");
        for whole in [false, true] {
            let story = begun().effect(PartlySynced);
            let story = if whole { story.effect(Synced) } else { story };
            let clean = ended(story.unwinding().effect(Reverted), Undo::Reversed);
            assert_eq!(caught_by(&clean), [""; 0], "whole: {whole}");
        }
    }

    #[test]
    fn a_compensated_saga_with_a_parked_required_step_is_caught() {
        let mut mutant = compensated();
        row_of(&mut mutant, "charge").status = LedgerStatus::Parked;
        assert_eq!(caught_by(&mutant), ["S2"]);
    }

    #[test]
    fn a_persons_word_without_a_record_is_caught_and_a_record_without_its_word() {
        for undo in [Undo::Accepted, Undo::Resolved] {
            let word = || crate::sound::decided(undo);
            assert_eq!(caught_by(&word()), [""; 0], "{undo:?}");
            let mut mutant = word();
            mutant.decisions.clear();
            assert_eq!(caught_by(&mutant), ["S2"], "{undo:?}");
            let mut mutant = word();
            row_of(&mut mutant, "charge").undo = Some(Undo::Reversed);
            assert!(caught_by(&mutant).contains(&"S2"), "{undo:?}");
        }
    }

    #[test]
    fn what_is_said_to_be_undone_outside_and_is_not_is_caught() {
        let mut mutant = crate::sound::decided(Undo::Resolved);
        mutant.effects.retain(|effect| effect.name != "refunded");
        assert_eq!(caught_by(&mutant), ["S2", "S5", "S10"]);
    }

    #[test]
    fn a_repair_that_holds_more_than_what_it_undoes_is_caught() {
        let mut mutant = crate::sound::repairing();
        assert_eq!(caught_by(&mutant), [""; 0]);
        mutant.effects.retain(|effect| effect.name != "released");
        assert!(caught_by(&mutant).contains(&"S2"));
        let mut mutant = crate::sound::repairing();
        mutant.saga.repairing = false;
        assert_eq!(caught_by(&mutant), ["S2", "S4"]);
    }

    #[test]
    fn a_stuck_saga_of_which_nothing_is_parked_is_caught() {
        let mut mutant = compensated();
        mutant.saga.state = SagaState::Stuck;
        assert_eq!(caught_by(&mutant), ["S2"]);
    }

    #[test]
    fn a_stuck_saga_that_waits_for_nothing_is_caught_by_who_watched() {
        let mut mutant = with_more(stuck(), &[]);
        mutant.effects.retain(|effect| effect.name != "captured");
        row_of(&mut mutant, "charge").undo_reason = Some("rejected: nothing to refund".into());
        assert!(!check(&mutant).is_empty());
        row_of(&mut mutant, "charge").undo_reason = Some("unknown: no answer".into());
        assert_eq!(check(&mutant), [""; 0]);
    }

    #[test]
    fn a_stuck_saga_that_holds_more_than_what_is_parked_is_caught() {
        let mut mutant = stuck();
        mutant.effects.retain(|effect| effect.name != "released");
        assert!(!check(&mutant).is_empty());
    }
}
