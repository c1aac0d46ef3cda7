//! S19: whatever comes after the end is absorbed.
//!
//! After the verdict no commit changes the saga or its ledger, and no provider is asked to change anything. Excepted is
//! what follows by design: the notice that a committed saga owes, a notice that was in doubt and arrives after its
//! correction (as in S5), and a person's repair of what is parked. And a repeat of a step that is recorded as done hears
//! that it is done, wherever the saga stands, and does not begin it anew; only the commit point hears `Cancelled` while
//! the saga is not committed, as that execution must not end in success.

use std::collections::BTreeMap;
use std::sync::Arc;

use amends_saga::{Op, TaskPayload};
use amends_store::{LedgerRow, LedgerStatus, SagaRow, SagaState, Undo};
use amends_types::Timestamp;

use super::Invariant;
use crate::explore::{Happened, ProviderCall};
use crate::way::{Standing, walk};
use crate::{Direction, Evidence};

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S19",
    sentence: "a late reply after the end changes nothing, and what is done is answered as done",
    at_rest: false,
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found = Vec::new();
    // When each key was first used: the provider absorbs a repeat as long as it remembers that.
    let mut asked = BTreeMap::new();
    // Attempts that were delivered when their step was done already, and has been since.
    let mut repeats = BTreeMap::<&Arc<str>, &str>::new();
    walk(evidence, |standing, moment| match &moment.what {
        Happened::Saga { after, .. } => {
            let changed = standing.saga.is_some_and(|before| *before != **after);
            let repaired = standing.saga.is_some_and(|before| is_of_a_repair(before, after));
            if standing.is_final() && changed && !repaired {
                found.push(format!("{} changed the saga after its verdict", moment.actor));
            }
        }
        Happened::Ledger { after, .. } => {
            if after.status != LedgerStatus::Done {
                repeats.retain(|_, step| *step != after.step);
            }
            if standing.rows.get(&*after.step).is_some_and(|before| is_begun_anew(before, after)) {
                found.push(format!("{} began {}, which was done", moment.actor, after.step));
            }
            if is_late(standing, after) {
                found.push(format!("{} changed {} after the verdict", moment.actor, after.step));
            }
        }
        Happened::Called(call) => {
            let key = call.key.as_deref().unwrap_or_default();
            let first = *asked.entry(key).or_insert(call.at);
            let is_remembered =
                first < call.at && call.key_window.is_none_or(|window| call.at < first.plus(window));
            if !is_remembered && may_change(evidence, standing, &moment.actor, call) {
                found.push(format!("{} called {} after the verdict", moment.actor, call.operation));
            }
        }
        Happened::Delivered { payload }
            if payload.op == Op::Execute && must_hear_done(evidence, standing, &payload.step) =>
        {
            repeats.insert(&moment.actor, &payload.step);
        }
        Happened::Answered { answer: Err((error, _)), .. } => {
            // A store that failed says nothing about the step.
            let failed = ["Saga.Transient", "Saga.Unknown"].contains(&error.as_str());
            if let Some(step) = repeats.get(&moment.actor).filter(|_| !failed) {
                found.push(format!("{step} is done, and {} was answered {error}", moment.actor));
            }
        }
        _ => {}
    });
    found.extend(late_effects(evidence));
    found
}

/// What happened at a provider after the verdict: whoever reads what is parked would find something else. A notice may
/// come when it likes, and what a person undoes by hand comes when they do so.
fn late_effects(evidence: &Evidence<'_>) -> Vec<String> {
    // From when until when nobody might act any more: a repair acts anew.
    let mut closed = Vec::new();
    let mut by_hand = Vec::new();
    walk(evidence, |standing, moment| match &moment.what {
        Happened::Saga { after, .. } => match (standing.is_open(), after.is_open()) {
            (true, false) => closed.push((moment.at, None)),
            (false, true) => closed.iter_mut().for_each(|(_, until)| {
                until.get_or_insert(moment.at);
            }),
            _ => {}
        },
        Happened::Ledger { after, .. } if after.undo == Some(Undo::Resolved) => {
            by_hand.push((after.step.clone(), moment.at));
        }
        // What they say may be lost on its way to the store.
        Happened::UndoneByHand { step, .. } => by_hand.push((step.clone(), moment.at)),
        _ => {}
    });
    let is_late = |at: Timestamp| {
        closed.iter().any(|(since, until)| at > *since && until.is_none_or(|until| at < until))
    };
    let late = evidence.effects.iter().filter(|effect| {
        let counts = effect.direction != Direction::Neutral && !effect.is_notice();
        let is_by_hand = effect.direction == Direction::Reversed
            && by_hand.iter().any(|(step, at)| *step == effect.step && Some(*at) == effect.at);
        counts && !is_by_hand && effect.at.is_some_and(is_late)
    });
    late.map(|effect| format!("{} of {} came after the verdict", effect.name, effect.step)).collect()
}

/// What a repair changes in a saga that has its verdict, and what telling people of its end does.
fn is_of_a_repair(before: &SagaRow, after: &SagaRow) -> bool {
    let SagaRow { unwinder, unwinds, deadline, engine, repairing, announce, .. } = after.clone();
    let apart = SagaRow { announce, ..before.clone() };
    if apart == *after {
        return true;
    }
    if !before.repairing && !after.repairing {
        // A person's word alone.
        return before.state == SagaState::Stuck && after.state == SagaState::Compensated;
    }
    let repaired = SagaRow { unwinder, unwinds, deadline, engine, repairing, ..apart };
    let verdict = SagaRow { state: after.state, ended: after.ended, ..repaired.clone() };
    repaired == *after || (before.state == SagaState::Stuck && verdict == *after)
}

/// Whether what was recorded is forgotten.
fn is_begun_anew(before: &LedgerRow, after: &LedgerRow) -> bool {
    before.status == LedgerStatus::Done && after.status == LedgerStatus::Started
}

/// Whether a change of this row comes too late.
fn is_late(standing: &Standing<'_>, after: &LedgerRow) -> bool {
    let before = standing.rows.get(after.step.as_str());
    if before.is_some_and(|before| *before == after) {
        return false;
    }
    let open = [LedgerStatus::Parked, LedgerStatus::Undoing];
    match standing.state() {
        None | Some(SagaState::Forward | SagaState::Unwinding) => false,
        Some(SagaState::Committed) => !after.best_effort,
        Some(SagaState::Compensated) => {
            !before.is_some_and(|before| before.best_effort && open.contains(&before.status))
        }
        Some(SagaState::Stuck) => !before.is_some_and(|before| open.contains(&before.status)),
    }
}

/// Whether a provider is asked to change something of a saga that has its verdict.
fn may_change(evidence: &Evidence<'_>, standing: &Standing<'_>, actor: &str, call: &ProviderCall) -> bool {
    // Where the state of the object that it names forbids an effect, a request that comes late is absorbed by the
    // provider, whatever its answer. Were it, or a repeat under a known key, not absorbed, the books would show it.
    if !call.can_have_an_effect() || call.object.is_some() {
        return false;
    }
    // Who was not delivered as a task delivers what is owed.
    let task = standing.tasks.get(actor);
    let step = task.and_then(|task| evidence.definition.step(&task.step));
    match standing.state() {
        None | Some(SagaState::Forward | SagaState::Unwinding) => false,
        Some(SagaState::Committed) => step.is_some_and(|(_, step)| step.policy.is_required()),
        // Repair only undoes.
        Some(SagaState::Stuck) => task.is_some_and(|task| task.op == Op::Execute),
        Some(SagaState::Compensated) => {
            let repairs = standing.is_open() && task.is_some_and(|task| task.op == Op::Compensate);
            !repairs && !task.is_some_and(|task| may_be_late(standing, task))
        }
    }
}

/// An attempt at a best-effort step that the ledger knows to be in doubt: what it sends may come after what undid it.
fn may_be_late(standing: &Standing<'_>, task: &TaskPayload) -> bool {
    let row = standing.rows.get(task.step.as_str());
    task.op == Op::Execute && row.is_some_and(|row| row.best_effort && row.in_doubt)
}

fn must_hear_done(evidence: &Evidence<'_>, standing: &Standing<'_>, step: &str) -> bool {
    let done = standing.rows.get(step).is_some_and(|row| row.status == LedgerStatus::Done);
    let committed = standing.state() == Some(SagaState::Committed);
    done && (committed || !evidence.definition.is_commit_point(step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Moment;
    use crate::sound::{
        answered, assert_finds_nothing, at, call, called, caught_by, committed, compensated, delivered,
        effect_of, repaired, resolved, row_of, row_put, saga_put, stuck, unknown, watched,
        with_before_verdict, with_more,
    };

    #[test]
    fn nothing_changes_a_sound_saga_after_its_end() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_saga_that_changes_after_its_verdict_is_caught() {
        for evidence in [committed(), compensated()] {
            let mut saga = evidence.saga.clone();
            assert_eq!(caught_by(&with_more(evidence.clone(), &[saga_put(&saga)])), [""; 0]);
            saga.deadline = at(1);
            assert_eq!(caught_by(&with_more(evidence, &[saga_put(&saga)])), ["S19"]);
        }
    }

    #[test]
    fn a_row_that_changes_after_the_verdict_is_caught_unless_it_is_owed_or_repaired() {
        let check = |evidence: Evidence<'static>, step: &str, expected: &[&str]| {
            let mut changed = evidence.clone();
            let row = row_of(&mut changed, step);
            row.reason = Some("late".into());
            assert_eq!(caught_by(&with_more(evidence, &[row_put(row)])), expected, "{step}");
        };
        check(committed(), "charge", &["S19"]);
        check(committed(), "notify", &[]);
        check(compensated(), "notify", &["S19"]);
        check(stuck(), "order", &["S19"]);
        check(stuck(), "charge", &[]);
    }

    #[test]
    fn a_stuck_saga_changes_only_as_a_repair_changes_it() {
        let mut saga = stuck().saga;
        saga.reason = Some("another".into());
        assert_eq!(caught_by(&with_more(stuck(), &[saga_put(&saga)])), ["S19"]);
        assert_eq!(caught_by(&repaired()), [""; 0]);
    }

    #[test]
    fn only_what_a_repair_undoes_may_come_after_a_verdict() {
        for (seconds, expected) in [(2500, &["S19"][..]), (3010, &[]), (3500, &["S19"])] {
            let mut evidence = repaired();
            effect_of(&mut evidence, "refunded").at = Some(at(seconds));
            assert_eq!(caught_by(&evidence), expected, "{seconds}");
        }
    }

    #[test]
    fn what_a_person_undoes_by_hand_comes_when_they_say_so() {
        for (seconds, expected) in [(2990, &["S19"][..]), (3000, &[]), (3010, &["S19"])] {
            let mut evidence = resolved();
            effect_of(&mut evidence, "refunded").at = Some(at(seconds));
            assert_eq!(caught_by(&evidence), expected, "{seconds}");
        }
    }

    #[test]
    fn what_a_person_undoes_by_hand_comes_when_they_do_though_nobody_hears_of_it() {
        let by_hand = |seconds| {
            let mut evidence = repaired();
            effect_of(&mut evidence, "refunded").at = Some(at(seconds));
            evidence
        };
        let (saga, step) = (repaired().saga.id.clone(), "charge".to_owned());
        let said = Happened::UndoneByHand { saga, step };
        let moment = Moment { at: at(2_500), actor: "operator.1".into(), what: said };
        assert_eq!(caught_by(&with_more(by_hand(2_500), std::slice::from_ref(&moment))), [""; 0]);
        assert_eq!(caught_by(&with_more(by_hand(2_600), &[moment])), ["S19"]);
    }

    #[test]
    fn an_effect_after_the_verdict_is_caught() {
        for (mut mutant, name) in [(compensated(), "refunded"), (committed(), "captured")] {
            effect_of(&mut mutant, name).at = Some(at(100_000));
            assert_eq!(caught_by(&watched(mutant)), ["S19"], "{name}");
        }
        let mut mutant = compensated();
        effect_of(&mut mutant, "sent").at = Some(at(100_000));
        assert_eq!(caught_by(&watched(mutant)), [""; 0]);
    }

    #[test]
    fn a_call_after_the_verdict_is_caught() {
        let late = |evidence, attempt: &str| {
            with_more(evidence, &[called(attempt, call("late", Some("late"), 900))])
        };
        assert_eq!(caught_by(&late(compensated(), "notify.compensate.1")), ["S19"]);
        assert_eq!(caught_by(&late(committed(), "external_inventory_sync.execute.1")), ["S19"]);
        assert_eq!(caught_by(&late(committed(), "notify.execute.1")), [""; 0]);
        assert_eq!(caught_by(&late(stuck(), "charge.execute.1")), ["S19"]);
        assert_eq!(caught_by(&late(compensated(), "notify.execute.1")), ["S19"]);
        let mut doubt = compensated();
        row_of(&mut doubt, "notify").in_doubt = true;
        assert_eq!(caught_by(&late(doubt, "notify.execute.1")), [""; 0]);
        assert_eq!(caught_by(&late(stuck(), "charge.compensate.1")), [""; 0]);
        let repeat = [900, 1_800].map(|at| called("charge.execute.1", call("late", Some("late"), at)));
        assert_eq!(
            caught_by(&with_more(with_before_verdict(committed(), repeat[0].clone()), &repeat[1..])),
            [""; 0]
        );
        let refused =
            ProviderCall { object: Some("pi_1".into()), ..unknown(call("late", Some("late"), 900)) };
        let refused = with_more(compensated(), &[called("charge.execute.1", refused)]);
        assert_eq!(caught_by(&refused), [""; 0]);
        let lookup = with_more(compensated(), &[called("notify.compensate.1", call("late", None, 900))]);
        assert_eq!(caught_by(&lookup), [""; 0]);
    }

    #[test]
    fn a_repeat_of_what_is_done_that_hears_anything_else_is_caught() {
        let check = |evidence: Evidence<'static>, step: &str, error: &str, expected: &[&str]| {
            let repeat = [delivered(step, Op::Execute), answered(step, Op::Execute, Err(error))];
            assert_eq!(caught_by(&with_more(evidence, &repeat)), expected, "{step} {error}");
        };
        check(committed(), "charge", "Saga.Cancelled", &["S19"]);
        check(committed(), "external_inventory_sync", "Saga.Cancelled", &["S19"]);
        check(committed(), "charge", "Saga.Transient", &[]);
        check(compensated(), "charge", "Saga.Cancelled", &[]);
    }

    #[test]
    fn a_step_that_is_done_and_begins_anew_is_caught() {
        let mut row = row_of(&mut committed(), "charge").clone();
        assert_eq!(caught_by(&with_before_verdict(committed(), row_put(&row))), [""; 0]);
        row.status = LedgerStatus::Started;
        assert_eq!(caught_by(&with_before_verdict(committed(), row_put(&row))), ["S19"]);
    }
}
