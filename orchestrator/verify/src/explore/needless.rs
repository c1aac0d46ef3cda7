//! What costs more than what went wrong: an order that is undone although everything passed by itself, a step that waits
//! for a person although undoing it could be done, an unwind more than there were faults for.
//!
//! The invariants say that a verdict is true; a saga that always unwinds, or always gives up, has true verdicts too.

use std::collections::BTreeSet;

use amends_store::{AuditAction, LedgerStatus, NewAuditRow, SagaRow, SagaState};

use crate::evidence::Evidence;
use crate::explore::fault::{Fault, FaultSet};
use crate::explore::trace::{Happened, Moment, Trace};

/// What passes by itself: the state machine's retries get over any of these.
const PASSING: FaultSet = FaultSet::of(&[
    Fault::Unavailable,
    Fault::RequestLost,
    Fault::ReplyLost,
    Fault::ErrorAfterEffect,
    Fault::Late,
    Fault::WorkerDies,
    Fault::WorkerHangs,
    Fault::Frozen,
    Fault::FrozenToTheEnd,
    Fault::Overtaken,
    Fault::ProcessKilled,
    Fault::DownForADay,
    Fault::StoreUnavailable,
    Fault::Throttled,
    Fault::Twice,
    Fault::AgainAtTheEnd,
    Fault::SecondCoordinator,
    Fault::CoordinatorOvertaken,
    Fault::CoordinatorDies,
    Fault::AgainAtTheRepair,
    Fault::FrozenToTheRepair,
    Fault::TwoOperators,
    Fault::PowerLost,
    Fault::StartedAgain,
    Fault::StoreClockAhead,
    Fault::StoreClockBehind,
]);

/// What an undo may never get over.
const LASTING: FaultSet = FaultSet::of(&[
    Fault::Declined,
    Fault::Oversized,
    Fault::Unheard,
    Fault::CachedError,
    Fault::Down,
    Fault::Silent,
]);

/// After so many unwinds the sweeper settles what is left.
const MOST_UNWINDS: u32 = 3;

/// What happened to this saga for no good reason.
pub(super) fn needless(evidence: &Evidence<'_>, way: &Trace) -> Vec<String> {
    let injected = faults(way);
    let mut found = Vec::new();
    let unwinds = evidence.saga.unwinds;
    // An unwind that nothing goes wrong with ends with the verdict; so each further one has a fault of its own, or a
    // person who asked for it.
    let asked = |row: &&NewAuditRow| row.action == AuditAction::Retry;
    let retries = evidence.decisions.iter().filter(asked).count();
    if unwinds as usize > injected.len() + retries {
        let faults = injected.len();
        found.push(format!("it was unwound {unwinds} times; what went wrong explains {faults}"));
    }
    let lasts = injected.iter().any(|fault| LASTING.has(*fault)) || unwinds >= MOST_UNWINDS;
    let parked = evidence.rows.iter().filter(|row| row.status == LedgerStatus::Parked && !lasts);
    found.extend(started_twice(&evidence.saga, way, &injected));
    found.extend(
        parked.map(|row| format!("{} waits for a person, and nothing kept it from being undone", row.step)),
    );
    found
}

/// An execution that two relays started, although one had claimed that and nothing had gone wrong with it.
fn started_twice(saga: &SagaRow, way: &Trace, injected: &[Fault]) -> Option<String> {
    if injected.iter().any(|fault| *fault != Fault::CoordinatorOvertaken) {
        return None;
    }
    let runs = (1..=saga.unwinds).map(|unwind| saga.id.unwind_run(unwind)).chain([saga.id.forward_run()]);
    let starts = |name: &str| {
        let by_relay = |moment: &&Moment| match &moment.what {
            Happened::Started { run, .. } => run == name && moment.actor.starts_with("relay."),
            _ => false,
        };
        way.moments.iter().filter(by_relay).count()
    };
    let twice = runs.map(|run| run.to_string()).find(|run| starts(run) > 1)?;
    Some(format!("{twice} was started by two relays, and one of them had claimed it"))
}

/// Whether a saga that can be committed had to be: only what passes by itself went wrong.
pub(super) fn must_commit(way: &Trace) -> bool {
    faults(way).iter().all(|fault| PASSING.has(*fault))
}

/// Whether this saga has been.
pub(super) fn is_committed(evidence: &Evidence<'_>) -> bool {
    evidence.saga.state == SagaState::Committed
}

/// What this judges by of the faults so far: whether all of them pass, whether one may last, and which last at a step.
/// Of their number, a run with fewer is judged more strictly.
pub(super) fn kept_in_mind(way: &Trace) -> (bool, bool, BTreeSet<(Fault, String)>) {
    let injected = way.moments.iter().filter_map(|moment| match &moment.what {
        Happened::Injected { site, fault } => Some((*fault, site)),
        _ => None,
    });
    let step = |site: &str| site.split_once('.').map_or(site, |(step, _)| step).to_owned();
    let at_steps = injected.filter(|(fault, _)| LASTING.has(*fault)).map(|(fault, site)| (fault, step(site)));
    let at_steps: BTreeSet<_> = at_steps.collect();
    (must_commit(way), !at_steps.is_empty(), at_steps)
}

fn faults(way: &Trace) -> Vec<Fault> {
    let injected = way.moments.iter().filter_map(|moment| match &moment.what {
        Happened::Injected { fault, .. } => Some(*fault),
        _ => None,
    });
    injected.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{at, committed, compensated, row_of, stuck};

    fn way(faults: &[Fault]) -> Trace {
        let moment = |fault: &Fault| Moment {
            at: at(1),
            actor: "somebody".into(),
            what: Happened::Injected { site: "somebody/write.1".into(), fault: *fault },
        };
        Trace { moments: faults.iter().map(moment).collect() }
    }

    #[test]
    fn a_step_is_parked_only_if_something_lasts() {
        assert_eq!(needless(&stuck(), &way(&[Fault::Declined])), [""; 0]);
        assert_eq!(needless(&stuck(), &way(&[Fault::ReplyLost])).len(), 1);
        assert_eq!(needless(&compensated(), &way(&[])), [""; 0]);
        let mut undelivered = committed();
        row_of(&mut undelivered, "notify").status = LedgerStatus::Parked;
        assert_eq!(needless(&undelivered, &way(&[])).len(), 1);
    }

    #[test]
    fn each_unwind_has_a_fault_of_its_own() {
        let mut unwound = compensated();
        unwound.saga.unwinds = 2;
        assert_eq!(needless(&unwound, &way(&[Fault::Stopped, Fault::Stopped])), [""; 0]);
        assert_eq!(needless(&unwound, &way(&[Fault::Stopped])).len(), 1);
        unwound.decisions.push(crate::sound::decision(AuditAction::Retry, None));
        assert_eq!(needless(&unwound, &way(&[Fault::Stopped])), [""; 0]);
    }

    #[test]
    fn what_passes_costs_no_order() {
        assert!(must_commit(&way(&[])) && must_commit(&way(&[Fault::ReplyLost, Fault::WorkerDies])));
        assert!(!must_commit(&way(&[Fault::ReplyLost, Fault::Stopped])));
        assert!(is_committed(&committed()) && !is_committed(&compensated()));
    }
}
