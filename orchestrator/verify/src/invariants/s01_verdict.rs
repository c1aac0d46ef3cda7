//! S1: a saga has exactly one verdict.

use amends_store::SagaState;

use super::Invariant;
use crate::Evidence;

pub(super) const INVARIANT: Invariant =
    Invariant { id: "S1", sentence: "a saga ends with exactly one verdict", check };

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
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{assert_finds_nothing, at, caught_by, committed, compensated, stuck};

    #[test]
    fn sound_sagas_have_one_verdict() {
        assert_finds_nothing(check);
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
}
