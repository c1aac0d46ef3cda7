//! S1: a saga has exactly one verdict.
//!
//! On the way, a saga row only goes where the state machine of sagas lets it: once it has its verdict it keeps it, and
//! only a person's repair makes `compensated` of `stuck`. One execution unwinds it, so that one writes the verdict. The
//! sweeper puts another in its place when the former has ended, a person when the saga is at rest, and whoever adopts the
//! sagas of an engine that is lost. What is parked is opened again by a person alone, and that is recorded.
//!
//! Whoever holds a lease when another execution takes over may still record what it did: the lease was taken while its
//! own execution was the one, nobody else acts on the row meanwhile, and what it knows would be lost otherwise.

use std::collections::{BTreeMap, BTreeSet};

use amends_saga::Op;
use amends_store::{LeaseToken, LedgerRow, LedgerStatus, SagaRow, SagaState};

use super::Invariant;
use crate::Evidence;
use crate::explore::{Happened, Moment};
use crate::way::{Standing, walk};

pub(super) const INVARIANT: Invariant =
    Invariant { id: "S1", at_rest: true, sentence: "a saga ends with exactly one verdict", check };

/// Whose names begin so may replace an unwinder.
const SWEEPER: &str = "sweeper.";
const OPERATOR: &str = "operator.";
const ADOPTER: &str = "adopter.";

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let saga = &evidence.saga;
    let mut found = Vec::new();
    if saga.state.is_final() != saga.ended.is_some() {
        found.push(format!("it is {} and its end is {:?}", saga.state.name(), saga.ended));
    }
    let (unwound, since) = (saga.state != SagaState::Forward, saga.unwinding_since.is_some());
    let agree = if saga.state == SagaState::Committed { !since } else { unwound == since };
    if !agree {
        found.push(format!("it is {} and unwinds since {:?}", saga.state.name(), saga.unwinding_since));
    }
    if saga.repairing && !matches!(saga.state, SagaState::Compensated | SagaState::Stuck) {
        found.push(format!("it is {}, and a repair is under way", saga.state.name()));
    }
    let mut seen = Executions::default();
    // What a person opened again, until that is recorded.
    let mut opened = BTreeSet::new();
    walk(evidence, |standing, moment| {
        found.extend(undone_by_another(standing, moment, &mut seen.leases));
        match &moment.what {
            Happened::Started { run, .. } => drop(seen.started.insert(run)),
            Happened::SeenEnded { run } => drop(seen.ended.insert(run)),
            Happened::Decided(_) => opened.retain(|(actor, _)| *actor != &*moment.actor),
            Happened::Ledger { after, .. } if is_opened(standing, &after.step, after.status) => {
                if moment.actor.starts_with(OPERATOR) {
                    opened.insert((&*moment.actor, after.step.as_str()));
                } else {
                    found.push(format!("{} changed {}, which waits for a person", moment.actor, after.step));
                }
            }
            Happened::Saga { after, .. } => {
                if !may_follow(standing.state(), after.state) {
                    let before = standing.state().map_or("nothing", SagaState::name);
                    found.push(format!(
                        "{} made it {} after it was {before}",
                        moment.actor,
                        after.state.name()
                    ));
                }
                if let Some(before) = standing.saga {
                    found.extend(wrongly_taken(before, after, &moment.actor, &seen));
                }
            }
            _ => {}
        }
    });
    found.extend(opened.into_iter().map(|(actor, step)| format!("{actor} opened {step} without a record")));
    found
}

/// The executions that were started, and those that were seen to have ended.
#[derive(Default)]
struct Executions<'e> {
    started: BTreeSet<&'e String>,
    ended: BTreeSet<&'e String>,
    leases: Leases<'e>,
}

/// The lease that each attempt took while its own execution unwound the saga.
type Leases<'e> = BTreeMap<&'e str, LeaseToken>;

fn is_opened(standing: &Standing<'_>, step: &str, now: LedgerStatus) -> bool {
    let was_parked = standing.rows.get(step).is_some_and(|row| row.status == LedgerStatus::Parked);
    was_parked && now != LedgerStatus::Parked
}

/// A saga that changes hands, or gets its verdict, in a way in which it may not.
fn wrongly_taken(before: &SagaRow, after: &SagaRow, actor: &str, seen: &Executions<'_>) -> Option<String> {
    if before.state == SagaState::Stuck
        && after.state == SagaState::Compensated
        && !before.repairing
        && !actor.starts_with(OPERATOR)
    {
        return Some(format!("{actor} made it compensated, and no person had it repaired"));
    }
    if before.unwinder == after.unwinder {
        let alone = before.engine != after.engine;
        return alone.then(|| format!("{actor} took it from its engine, and named nobody else to unwind it"));
    }
    let former = before.unwinder.clone().unwrap_or_else(|| before.id.forward_run()).to_string();
    if actor.starts_with(SWEEPER) {
        let runs = seen.started.contains(&former) && !seen.ended.contains(&former);
        return runs.then(|| format!("{actor} took it from {former}, which had not been seen to end"));
    }
    let may = match &before.unwinder {
        None => true,
        Some(_) if actor.starts_with(OPERATOR) => !before.is_open(),
        Some(_) => actor.starts_with(ADOPTER) && before.engine != after.engine,
    };
    (!may).then(|| format!("{actor} took it from {former}, which unwinds it"))
}

/// A step that is undone, or settled, by an execution that the saga row does not name.
fn undone_by_another<'e>(
    standing: &Standing<'e>,
    moment: &'e Moment,
    leases: &mut Leases<'e>,
) -> Option<String> {
    let Happened::Ledger { after, .. } = &moment.what else { return None };
    let task = standing.tasks.get(&*moment.actor).filter(|task| task.op != Op::Execute)?;
    let (actor, step) = (&moment.actor, &after.step);
    match &standing.saga?.unwinder {
        None => Some(format!("{actor} changed {step}, and nobody is named to unwind it")),
        Some(unwinder) if *unwinder == task.run => {
            leases.extend(after.lease.map(|lease| (&**actor, lease.token)));
            None
        }
        Some(_) if is_of_its_lease(standing, after, leases.get(&**actor)) => None,
        Some(unwinder) => Some(format!("{actor} changed {step}, but {unwinder} unwinds it")),
    }
}

/// Whether this is written under the lease of whoever writes it, and no new one is taken.
fn is_of_its_lease(standing: &Standing<'_>, after: &LedgerRow, own: Option<&LeaseToken>) -> bool {
    let held = standing.rows.get(after.step.as_str()).and_then(|row| row.lease);
    let is_own = held.is_some_and(|lease| Some(&lease.token) == own);
    is_own && (after.lease.is_none() || after.lease == held)
}

fn may_follow(before: Option<SagaState>, after: SagaState) -> bool {
    use SagaState::{Committed, Compensated, Forward, Stuck, Unwinding};
    match before {
        None => after == Forward,
        Some(Forward) => matches!(after, Forward | Committed | Unwinding),
        Some(Unwinding) => matches!(after, Unwinding | Compensated | Stuck),
        Some(Stuck) => matches!(after, Stuck | Compensated),
        Some(Committed | Compensated) => before == Some(after),
    }
}

#[cfg(test)]
mod tests {
    use amends_store::Lease;

    use super::*;
    use crate::sound::{
        assert_finds_nothing, at, caught_by, committed, compensated, delivered, repaired, row_put, saga_put,
        stuck, unwound_by, watched, with_before_verdict, with_more,
    };

    #[test]
    fn sound_sagas_have_one_verdict() {
        assert_finds_nothing(check);
    }

    #[test]
    fn an_unwinder_that_pushes_another_aside_is_caught_unless_the_sweeper_does() {
        let mut unwinding = compensated().saga;
        (unwinding.state, unwinding.ended) = (SagaState::Unwinding, None);
        let mut taken = unwinding.clone();
        (unwinding.unwinder, taken.unwinder) = (Some(taken.id.unwind_run(1)), Some(taken.id.unwind_run(2)));
        let by = |actor: &str| {
            let mut moment = saga_put(&taken);
            moment.actor = actor.into();
            check(&with_more(watched(compensated()), &[saga_put(&unwinding), moment]))
        };
        let pushed = |actor: &str| by(actor).iter().any(|what| what.starts_with(&format!("{actor} took it")));
        assert!(pushed("order.compensate.1") && !pushed("sweeper.1"));
    }

    #[test]
    fn a_sweeper_that_pushes_aside_what_was_not_seen_to_end_is_caught() {
        let mut unwinding = compensated().saga;
        (unwinding.state, unwinding.ended) = (SagaState::Unwinding, None);
        let mut taken = unwinding.clone();
        (unwinding.unwinder, taken.unwinder) = (Some(taken.id.unwind_run(1)), Some(taken.id.unwind_run(2)));
        let run = taken.id.unwind_run(1).to_string();
        let moment = |what| Moment { what, ..saga_put(&taken) };
        let (machine, swept) = (compensated().definition.unwind_name(), "sweeper.1".into());
        let started = moment(Happened::Started { machine, run: run.clone() });
        let taken = Moment { actor: swept, ..saga_put(&taken) };
        let mut evidence = compensated();
        evidence.saga.unwinds = 1;
        let check = |seen: &[Moment]| {
            let way = [&[saga_put(&unwinding), started.clone()], seen, std::slice::from_ref(&taken)].concat();
            let found = check(&with_more(watched(evidence.clone()), &way));
            found.iter().any(|what| what.contains("had not been seen to end"))
        };
        assert!(check(&[]));
        assert!(!check(&[moment(Happened::SeenEnded { run })]));
    }

    #[test]
    fn who_holds_a_lease_records_what_it_did_although_another_has_taken_over() {
        let mut unwinding = compensated().saga;
        (unwinding.state, unwinding.ended, unwinding.unwinds) = (SagaState::Unwinding, None, 1);
        unwinding.unwinder = Some(unwinding.id.forward_run());
        let taken = SagaRow { unwinder: Some(unwinding.id.unwind_run(1)), ..unwinding.clone() };
        let row = compensated().rows.iter().find(|row| row.step == "charge").unwrap().clone();
        let held = |token| {
            let lease = Some(Lease { token, until: at(900) });
            LedgerRow { status: LedgerStatus::Undoing, lease, ..row.clone() }
        };
        let begun = delivered("charge", Op::Compensate);
        let put = |row: &LedgerRow| Moment { actor: begun.actor.clone(), ..row_put(row) };
        let swept = Moment { actor: "sweeper.1".into(), ..saga_put(&taken) };
        let check = |before: &[Moment], after: &[Moment]| {
            let first = [saga_put(&unwinding), begun.clone()];
            let way = [&first, before, std::slice::from_ref(&swept), after].concat();
            let found = check(&with_more(watched(compensated()), &way));
            found.iter().any(|what| what.starts_with("charge.compensate.2 changed charge, but"))
        };
        assert!(!check(&[put(&held(1))], &[put(&row)]));
        assert!(check(&[put(&held(1))], &[put(&held(2))]), "a new lease");
        assert!(check(&[], &[put(&held(1))]), "a first lease");
        assert!(check(&[put(&held(1))], &[row_put(&held(2)), put(&row)]), "somebody else's lease");
    }

    #[test]
    fn a_repair_is_a_persons_and_recorded() {
        assert_eq!(check(&repaired()), [""; 0]);
        let by = |actor: &str| {
            let mut way = repaired().way.unwrap().clone();
            for moment in way.moments.iter_mut().filter(|moment| &*moment.actor == "operator.1") {
                moment.actor = actor.into();
            }
            check(&repaired().with_way(&way))
        };
        assert_eq!(by("operator.2"), [""; 0]);
        let found = by("charge.compensate.2");
        assert!(found.iter().any(|what| what.contains("waits for a person")), "{found:?}");
        assert!(found.iter().any(|what| what.contains("which unwinds it")), "{found:?}");
        let mut way = repaired().way.unwrap().clone();
        way.moments.retain(|moment| !matches!(moment.what, Happened::Decided(_)));
        assert_eq!(check(&repaired().with_way(&way)), ["operator.1 opened charge without a record"]);
    }

    #[test]
    fn a_verdict_that_is_mended_without_a_repair_is_caught() {
        let mut saga = stuck().saga;
        saga.state = SagaState::Compensated;
        let found = check(&with_more(stuck(), &[saga_put(&saga)]));
        assert_eq!(found, ["settle.1 made it compensated, and no person had it repaired"]);
    }

    #[test]
    fn a_second_person_who_pushes_a_repair_aside_is_caught() {
        let way = repaired().way.unwrap().clone();
        let is_repairing =
            |moment: &&Moment| matches!(&moment.what, Happened::Saga { after, .. } if after.repairing);
        let mut again = way.moments.iter().find(is_repairing).unwrap().clone();
        if let Happened::Saga { after, .. } = &mut again.what {
            after.unwinder = Some(after.id.unwind_run(2));
        }
        let place = way.moments.iter().position(|moment| is_repairing(&moment)).unwrap();
        let mut both = way;
        both.moments.insert(place + 1, Moment { actor: "operator.2".into(), ..again });
        assert!(check(&repaired().with_way(&both)).iter().any(|what| what.starts_with("operator.2 took it")));
    }

    #[test]
    fn a_saga_that_changes_its_engine_and_not_its_unwinder_is_caught() {
        let mut unwinding = compensated().saga;
        (unwinding.state, unwinding.ended) = (SagaState::Unwinding, None);
        let adopted = |unwinder| {
            let engine = Some("00000000-0000-0000-0000-000000000002".parse().unwrap());
            let adopted = SagaRow { engine, unwinder, ..unwinding.clone() };
            let adopted = Moment { actor: "adopter.1".into(), ..saga_put(&adopted) };
            check(&with_more(watched(compensated()), &[saga_put(&unwinding), adopted]))
        };
        let is_caught = |found: Vec<String>| found.iter().any(|what| what.contains("from its engine"));
        assert!(is_caught(adopted(unwinding.unwinder.clone())));
        assert!(!is_caught(adopted(Some(unwinding.id.unwind_run(1)))));
    }

    #[test]
    fn a_verdict_without_an_end_is_caught() {
        for mut mutant in [committed(), compensated(), stuck()] {
            mutant.saga.ended = None;
            assert_eq!(caught_by(&mutant), ["S1"]);
        }
    }

    #[test]
    fn an_end_without_a_verdict_is_caught() {
        let mut mutant = committed();
        mutant.saga.state = SagaState::Forward;
        assert_eq!(caught_by(&mutant), ["S1"]);
    }

    #[test]
    fn a_commit_of_a_saga_that_unwinds_is_caught() {
        let mut mutant = committed();
        mutant.saga.unwinding_since = Some(at(100));
        assert_eq!(caught_by(&mutant), ["S1"]);
    }

    #[test]
    fn an_unwound_saga_that_never_began_to_unwind_is_caught() {
        let mut mutant = compensated();
        mutant.saga.unwinding_since = None;
        assert_eq!(caught_by(&mutant), ["S1"]);
    }

    #[test]
    fn a_saga_that_nobody_is_named_to_unwind_is_caught() {
        let mut mutant = compensated();
        mutant.saga.unwinder = None;
        let row = row_put(&mutant.rows[0]);
        let settled = Moment { actor: "settle.settle.1".into(), ..row };
        assert_eq!(caught_by(&with_before_verdict(mutant, settled.clone())), ["S1"]);
        assert_eq!(caught_by(&with_before_verdict(compensated(), settled)), [""; 0]);
    }

    #[test]
    fn a_verdict_that_follows_another_is_caught() {
        let verdicts = [committed().saga, compensated().saga, stuck().saga];
        for first in [committed(), compensated(), stuck()] {
            for second in &verdicts {
                let allowed = second.state == first.saga.state;
                let mutant = with_more(first.clone(), &[saga_put(second)]);
                assert_eq!(check(&mutant).is_empty(), allowed, "{:?} {:?}", first.saga.state, second.state);
            }
        }
    }

    #[test]
    fn a_saga_that_goes_forward_again_is_caught() {
        let (stopped, mut forward) = (compensated(), compensated().saga);
        assert_eq!(caught_by(&watched(stopped.clone())), [""; 0]);
        (forward.state, forward.ended) = (SagaState::Committed, None);
        assert_eq!(caught_by(&unwound_by(stopped, saga_put(&forward))), ["S1", "S19"]);
    }
}
