//! S11: what people are told at the end is true.
//!
//! An execution that succeeded is of a committed saga. One that failed with a verdict's name is of a saga with that
//! verdict, and its cause names the steps that are undone and parked, and no others; those that were when it settled, if
//! a repair goes on meanwhile. One that failed because nothing
//! could be settled asked for the last time before there was a verdict. One that was stopped says nothing about its
//! saga, so a committed saga's execution may be `ABORTED`. The order is cancelled if, and only if, it was accepted and
//! its acceptance was taken back; one that was never accepted stays `received`.

use std::collections::{BTreeMap, BTreeSet};

use amends_saga::Op;
use amends_store::{LedgerStatus, OrderStatus, SagaState, Undo};
use serde_json::Value;

use super::Invariant;
use crate::Evidence;
use crate::explore::{Ended, Happened};
use crate::way::{Standing, walk};

/// The step by which an order is accepted.
const ORDER: &str = "order";

pub(super) const INVARIANT: Invariant =
    Invariant { id: "S11", sentence: "the final status and message are true", at_rest: true, check };

fn check(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found: Vec<String> = order_status(evidence).into_iter().collect();
    // The executions that asked for an undo, or for the verdict, when there was one.
    let mut could_know = BTreeSet::new();
    let mut was_stuck = false;
    // Attempts to settle that are under way, and what their executions may have seen.
    let mut settling = BTreeMap::new();
    let mut seen = BTreeMap::<&str, Vec<Steps>>::new();
    walk(evidence, |standing, moment| {
        if was_stuck {
            for run in settling.values().copied() {
                seen.entry(run).or_default().push(Steps::of(standing));
            }
        }
        match &moment.what {
            Happened::Delivered { payload } => {
                if payload.op != Op::Execute && !standing.is_open() {
                    could_know.insert(payload.run.as_str());
                }
                if payload.op == Op::Settle {
                    settling.insert(&moment.actor, payload.run.as_str());
                }
            }
            Happened::Answered { .. } => {
                settling.remove(&moment.actor);
            }
            Happened::Saga { after, .. } => was_stuck |= after.state == SagaState::Stuck,
            Happened::Cancelled { .. } if evidence.saga.state == SagaState::Committed => {
                found.push("a customer was told that it will come to nothing, and it is committed".into());
            }
            Happened::Ended(ended) => {
                let could_know = could_know.contains(ended.run.as_str());
                let seen = seen.get(ended.run.as_str()).map_or(&[][..], Vec::as_slice);
                found.extend(untrue(standing, ended, could_know, was_stuck, seen));
            }
            _ => {}
        }
    });
    found
}

fn order_status(evidence: &Evidence<'_>) -> Option<String> {
    let status = evidence.order.as_ref()?.status;
    evidence.definition.step(ORDER)?;
    let row = evidence.row(ORDER);
    let taken_back = row.is_some_and(|row| row.undo == Some(Undo::Reversed));
    // Undoing it gave up: a person decides.
    let open = row.is_some_and(|row| row.status == LedgerStatus::Parked);
    let state = evidence.saga.state;
    match status {
        OrderStatus::Cancelled if row.is_some() && !taken_back && !open => {
            Some(format!("the order is cancelled, but the saga is {} and took nothing back", state.name()))
        }
        OrderStatus::Received | OrderStatus::Accepted if taken_back => {
            Some(format!("the order is taken back, but it is still {}", status.name()))
        }
        OrderStatus::Received if state == SagaState::Committed => {
            Some("the saga is committed, but the order is not accepted".into())
        }
        OrderStatus::Received | OrderStatus::Accepted | OrderStatus::Cancelled => None,
    }
}

/// The steps that are undone, and those that are parked.
#[derive(PartialEq, Eq)]
struct Steps {
    undone: BTreeSet<String>,
    parked: BTreeSet<String>,
}

impl Steps {
    fn of(standing: &Standing<'_>) -> Self {
        let steps = |status| standing.steps(status).into_iter().map(ToOwned::to_owned).collect();
        Self { undone: steps(LedgerStatus::Undone), parked: steps(LedgerStatus::Parked) }
    }

    /// Those that a cause names.
    fn told(cause: &Value) -> Option<Self> {
        let steps = |name: &str| {
            let steps = cause[name].as_array()?.iter().filter_map(Value::as_str);
            Some(steps.map(ToOwned::to_owned).collect())
        };
        Some(Self { undone: steps("undone")?, parked: steps("parked")? })
    }
}

fn untrue(
    standing: &Standing<'_>,
    ended: &Ended,
    could_know: bool,
    was_stuck: bool,
    seen: &[Steps],
) -> Option<String> {
    let state = standing.state()?;
    let Ended { run, status, error, .. } = ended;
    let told = match (status.as_str(), error.as_deref()) {
        ("SUCCEEDED", _) => SagaState::Committed,
        ("FAILED", Some("Saga.Compensated")) => SagaState::Compensated,
        ("FAILED", Some("Saga.Stuck")) => SagaState::Stuck,
        ("FAILED", Some("Saga.Unsettled")) if could_know => {
            return Some(format!("{run} ended unsettled, but there was a verdict when it asked"));
        }
        _ => return None,
    };
    // A person may have repaired the saga since.
    let repaired = told == SagaState::Stuck && was_stuck && state == SagaState::Compensated;
    if told != state && !repaired {
        return Some(format!("{run} ended as if {}, but the saga was {}", told.name(), state.name()));
    }
    if told == SagaState::Committed || repaired { None } else { untrue_cause(standing, ended, seen) }
}

fn untrue_cause(standing: &Standing<'_>, ended: &Ended, seen: &[Steps]) -> Option<String> {
    let cause: Value = serde_json::from_str(ended.cause.as_deref().unwrap_or_default()).unwrap_or_default();
    let (told, are) = (Steps::told(&cause), Steps::of(standing));
    if told.as_ref().is_some_and(|told| *told == are || seen.contains(told)) {
        return None;
    }
    let Steps { undone, parked } = are;
    let run = &ended.run;
    Some(format!("the cause of {run} says {cause}, but undone are {undone:?} and parked {parked:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Moment;
    use crate::sound::{assert_finds_nothing, caught_by, committed, compensated, stuck, with_end, with_more};

    #[test]
    fn the_ends_of_sound_sagas_are_true() {
        assert_finds_nothing(check);
    }

    #[test]
    fn an_end_that_is_not_the_verdict_is_caught() {
        for (evidence, status, error) in [
            (committed(), "FAILED", Some("Saga.Compensated")),
            (committed(), "FAILED", Some("Saga.Stuck")),
            (compensated(), "SUCCEEDED", None),
            (compensated(), "FAILED", Some("Saga.Stuck")),
            (stuck(), "FAILED", Some("Saga.Compensated")),
        ] {
            let mutant = with_end(evidence, |end| {
                (end.status, end.error) = (status.into(), error.map(ToOwned::to_owned));
            });
            assert_eq!(caught_by(&mutant), ["S11"], "{status} {error:?}");
        }
    }

    #[test]
    fn a_stopped_execution_says_nothing() {
        for evidence in [committed(), compensated(), stuck()] {
            let ended = with_end(evidence, |end| (end.status, end.error) = ("ABORTED".into(), None));
            assert_eq!(caught_by(&ended), [""; 0]);
        }
    }

    #[test]
    fn a_cause_that_names_other_steps_is_caught() {
        for (from, to) in [("\"charge\"", "\"order\""), ("\"parked\"", "\"undone\""), ("{", "")] {
            let mutant = with_end(stuck(), |end| {
                end.cause = end.cause.as_ref().map(|cause| cause.replacen(from, to, 1));
            });
            assert_eq!(caught_by(&mutant), ["S11"], "{from}");
        }
    }

    #[test]
    fn an_end_without_a_verdict_that_there_was_is_caught() {
        use crate::sound::{delivered, ended_unsettled};
        let early = with_more(compensated(), &[ended_unsettled()]);
        assert_eq!(caught_by(&early), [""; 0]);
        let mutant = with_more(compensated(), &[delivered("settle", Op::Settle), ended_unsettled()]);
        assert_eq!(caught_by(&mutant), ["S11"]);
    }

    #[test]
    fn an_order_whose_status_is_not_what_became_of_it_is_caught() {
        for (mut mutant, status) in
            [(committed(), OrderStatus::Received), (compensated(), OrderStatus::Accepted)]
        {
            mutant.order.as_mut().unwrap().status = status;
            assert_eq!(caught_by(&mutant), ["S11"], "{status:?}");
        }
        let mut mutant = committed();
        mutant.order.as_mut().unwrap().status = OrderStatus::Cancelled;
        assert_eq!(caught_by(&mutant), ["S11"]);
    }

    #[test]
    fn a_cancel_that_was_promised_and_not_kept_is_caught() {
        let what = Happened::Cancelled { saga: committed().saga.id };
        let promise = Moment { at: crate::sound::at(1), actor: "customer".into(), what };
        let promised = [promise];
        assert_eq!(caught_by(&with_more(committed(), &promised)), ["S11"]);
        assert_eq!(caught_by(&with_more(compensated(), &promised)), [""; 0]);
    }
}
