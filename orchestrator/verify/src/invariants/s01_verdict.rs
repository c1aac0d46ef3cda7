//! S1: a saga has exactly one verdict.
//!
//! On the way, a saga row only goes where the state machine of sagas lets it: once it has its verdict it keeps it, and
//! only a person's repair makes `compensated` of `stuck`. One execution unwinds it, so that one writes the verdict; only
//! the sweeper puts another in its place.

use amends_saga::Op;
use amends_store::SagaState;

use super::Invariant;
use crate::Evidence;
use crate::explore::{Happened, Moment};
use crate::way::{Standing, walk};

pub(super) const INVARIANT: Invariant =
    Invariant { id: "S1", at_rest: true, sentence: "a saga ends with exactly one verdict", check };

/// Whose names begin with this may replace an unwinder.
const SWEEPER: &str = "sweeper.";

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
    walk(evidence, |standing, moment| {
        found.extend(undone_by_another(standing, moment));
        let Happened::Saga { after, .. } = &moment.what else { return };
        if !may_follow(standing.state(), after.state) {
            let before = standing.state().map_or("nothing", SagaState::name);
            found.push(format!("{} made it {} after it was {before}", moment.actor, after.state.name()));
        }
        let unwinder = standing.saga.and_then(|saga| saga.unwinder.as_ref());
        if let Some(unwinder) = unwinder.filter(|unwinder| Some(*unwinder) != after.unwinder.as_ref())
            && !moment.actor.starts_with(SWEEPER)
        {
            found.push(format!("{} took it from {unwinder}, which unwinds it", moment.actor));
        }
    });
    found
}

/// A step that is undone, or settled, by an execution that the saga row does not name.
fn undone_by_another(standing: &Standing<'_>, moment: &Moment) -> Option<String> {
    let Happened::Ledger { after, .. } = &moment.what else { return None };
    let task = standing.tasks.get(&*moment.actor).filter(|task| task.op != Op::Execute)?;
    let (actor, step) = (&moment.actor, &after.step);
    match &standing.saga?.unwinder {
        None => Some(format!("{actor} changed {step}, and nobody is named to unwind it")),
        Some(unwinder) if *unwinder != task.run => {
            Some(format!("{actor} changed {step}, but {unwinder} unwinds it"))
        }
        Some(_) => None,
    }
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
    use super::*;
    use crate::sound::{
        assert_finds_nothing, at, caught_by, committed, compensated, row_put, saga_put, stuck, unwound_by,
        watched, with_before_verdict, with_more,
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
                let repaired = first.saga.state == SagaState::Stuck && second.state == SagaState::Compensated;
                let allowed = repaired || second.state == first.saga.state;
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
