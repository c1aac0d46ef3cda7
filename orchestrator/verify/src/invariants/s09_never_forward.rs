//! S9: nothing goes forward once the saga unwinds.
//!
//! The times at rest tell only of the first attempt at a step. On the way every attempt is seen, in the order of
//! commits: none begins unless the saga goes forward, but for a best-effort step of a committed saga. And a saga that is
//! taken from its engine goes forward nowhere else: that engine may come back.

use amends_store::{LedgerRow, SagaState};

use super::Invariant;
use crate::Evidence;
use crate::explore::Happened;
use crate::way::{begins_execute, walk};

pub(super) const INVARIANT: Invariant =
    Invariant { id: "S9", at_rest: true, sentence: "no step begins after its saga began to unwind", check };

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let since = evidence.saga.unwinding_since;
    let is_late = |row: &&LedgerRow| since.is_some_and(|since| row.started > Some(since));
    let late = evidence.rows.iter().filter(is_late);
    let mut found: Vec<String> =
        late.map(|row| format!("{} began after the saga had begun to unwind", row.step)).collect();
    walk(evidence, |standing, moment| {
        if let Happened::Saga { after, .. } = &moment.what
            && standing.saga.is_some_and(|before| before.engine != after.engine)
            && after.state == SagaState::Forward
        {
            found.push(format!("{} lets it go forward in another engine", moment.actor));
        }
        if let Happened::Ledger { after, .. } = &moment.what
            && begins_execute(standing.rows.get(after.step.as_str()).copied(), after)
            && !may_begin(standing.state(), after)
        {
            let state = standing.state().map_or("not begun", SagaState::name);
            found.push(format!("{} began {} although the saga was {state}", moment.actor, after.step));
        }
    });
    found
}

fn may_begin(state: Option<SagaState>, row: &LedgerRow) -> bool {
    match state {
        Some(SagaState::Forward) => true,
        Some(SagaState::Committed) => row.best_effort,
        None | Some(SagaState::Unwinding | SagaState::Compensated | SagaState::Stuck) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{
        assert_finds_nothing, at, caught_by, committed, compensated, row_of, row_put, stuck, unwound_by,
        with_before_verdict, with_more,
    };

    #[test]
    fn no_step_of_a_sound_saga_began_while_it_unwound() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_step_that_began_after_the_unwinding_is_caught() {
        for mut mutant in [compensated(), stuck()] {
            row_of(&mut mutant, "charge").started = Some(at(101));
            assert_eq!(caught_by(&mutant), ["S9"]);
        }
    }

    /// One attempt more at a step.
    fn again(evidence: &Evidence<'static>, step: &str) -> crate::explore::Moment {
        let mut evidence = evidence.clone();
        let row = row_of(&mut evidence, step);
        row.attempts += 1;
        row_put(row)
    }

    #[test]
    fn another_attempt_after_the_unwinding_is_caught() {
        for evidence in [compensated(), stuck()] {
            let attempt = again(&evidence, "charge");
            let before = unwound_by(evidence.clone(), attempt.clone());
            assert_eq!(check(&before), [""; 0]);
            assert_eq!(caught_by(&with_before_verdict(evidence, attempt)), ["S9"]);
        }
    }

    #[test]
    fn a_saga_that_goes_forward_in_another_engine_is_caught() {
        let moved = |state| {
            let engine = Some("00000000-0000-0000-0000-000000000002".parse().unwrap());
            let saga = amends_store::SagaRow { engine, state, ..compensated().saga };
            check(&unwound_by(compensated(), crate::sound::saga_put(&saga)))
        };
        assert_eq!(moved(SagaState::Unwinding), [""; 0]);
        let found = moved(SagaState::Forward);
        assert!(found.iter().any(|what| what.contains("in another engine")), "{found:?}");
    }

    #[test]
    fn only_a_best_effort_step_begins_after_the_commit() {
        let begun = |step| with_more(committed(), &[again(&committed(), step)]);
        assert_eq!(caught_by(&begun("notify")), [""; 0]);
        assert!(!check(&begun("charge")).is_empty());
    }
}
