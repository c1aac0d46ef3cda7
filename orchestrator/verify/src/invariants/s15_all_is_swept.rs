//! S15: every error that can be caught leads to undo or park, and every end that cannot is swept.
//!
//! An execution that fails does so with the verdict's name, or because nothing could be settled; any other error was
//! caught by nothing. A machine has no time limit of its own, because that would end it without undoing anything. Whatever
//! else ends an execution leaves its saga to the sweeper, so at rest there is no saga without a verdict, and in one that
//! has its verdict nobody may act any more, but for delivering what it owes. (That no row of it is left open is part of S2
//! and S4.)

use amends_store::{LedgerRow, LedgerStatus, SagaState};

use super::Invariant;
use crate::Evidence;
use crate::explore::Happened;
use crate::way::walk;

/// The errors with which a generated machine ends.
const CAUGHT: [&str; 3] = ["Saga.Compensated", "Saga.Stuck", "Saga.Unsettled"];

pub(super) const INVARIANT: Invariant = Invariant {
    id: "S15",
    sentence: "every catchable error leads to undo or park, every uncatchable end is swept",
    at_rest: true,
    check,
};

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let saga = &evidence.saga;
    let mut found = Vec::new();
    if !saga.is_open() {
        let held = evidence.rows.iter().filter(|row| row.lease.is_some() && !is_owed(saga.state, row));
        let state = saga.state.name();
        found.extend(
            held.map(|row| format!("the saga is {state}, but somebody may still act on {}", row.step)),
        );
    } else if evidence.way.is_some() && saga.repairing {
        found.push("everything is at rest, and its repair has not ended".into());
    } else if evidence.way.is_some() {
        found.push(format!("everything is at rest, and the saga is {}", saga.state.name()));
    }
    walk(evidence, |_, moment| {
        let Happened::Ended(ended) = &moment.what else { return };
        let caught = ended.error.as_deref().is_some_and(|error| CAUGHT.contains(&error));
        if ended.status == "FAILED" && !caught {
            found.push(format!("{} ended with {:?}, which nothing caught", ended.run, ended.error));
        }
        if ended.status == "TIMED_OUT" {
            found.push(format!("{} ran out of time as a whole, which nothing can catch", ended.run));
        }
    });
    found
}

fn is_owed(state: SagaState, row: &LedgerRow) -> bool {
    state == SagaState::Committed && row.best_effort && row.status == LedgerStatus::Started
}

#[cfg(test)]
mod tests {
    use amends_store::Lease;

    use super::*;
    use crate::sound::{Story, assert_finds_nothing, at, caught_by, committed, compensated, row_of};
    use crate::sound::{stuck, with_end, with_more};

    #[test]
    fn nothing_of_a_sound_saga_is_left_under_way() {
        assert_finds_nothing(check);
    }

    #[test]
    fn a_lease_that_outlives_the_verdict_is_caught() {
        for (mut mutant, step) in [(committed(), "charge"), (compensated(), "charge"), (stuck(), "charge")] {
            row_of(&mut mutant, step).lease = Some(Lease { token: 1, until: at(500) });
            assert_eq!(caught_by(&mutant), ["S15"]);
        }
    }

    #[test]
    fn a_saga_without_a_verdict_at_rest_is_caught() {
        for open in [Story::placed().told(), Story::placed().unwinding().told()] {
            assert_eq!(caught_by(&open), [""; 0]);
            assert_eq!(caught_by(&with_more(open, &[])), ["S15"]);
        }
    }

    #[test]
    fn a_repair_that_is_under_way_at_rest_is_caught() {
        assert_eq!(caught_by(&crate::sound::repairing()), [""; 0]);
        assert_eq!(caught_by(&crate::sound::watched(crate::sound::repairing())), ["S15"]);
    }

    #[test]
    fn an_error_that_nothing_caught_is_caught() {
        for error in [Some("States.Timeout"), Some("Saga.Rejected"), None] {
            let mutant = with_end(compensated(), |end| end.error = error.map(ToOwned::to_owned));
            assert_eq!(caught_by(&mutant), ["S15"], "{error:?}");
        }
    }

    #[test]
    fn an_execution_that_ran_out_of_time_as_a_whole_is_caught() {
        let late = with_end(compensated(), |ended| {
            ended.status = "TIMED_OUT".into();
            ended.error = None;
            ended.cause = None;
        });
        assert!(check(&late).iter().any(|what| what.contains("as a whole")));
    }
}
