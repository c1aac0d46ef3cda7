//! Executes that begin where they must not, or do not where they must.

use std::time::Duration;

use amends_saga::TaskPayload;
use amends_store::{LedgerRow, LedgerStatus, SagaState};
use amends_types::Clock;

use super::harness;
use crate::explore::{Happened, Moment, START, STARTING, World};
use crate::mutants::Mutant;
use crate::mutants::lying::{Lie, View, as_if_forward};
use crate::mutants::made::{lied, tweaked};
use crate::tweaks::Tweaks;

/// How long somebody remembers what he should not.
const CACHED_FOR: Duration = Duration::from_secs(10);
/// What a mutant writes on what a process had under way.
const DIED: &str = "the process died";

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    harness(
        "tombstone_not_read",
        "an execute begins although its step was undone and its saga ended",
        || {
            lied(|inner, world| {
                let lie = Lie {
                    saga: |view, saga| if view.execute_begins() { as_if_forward(saga) } else { saga },
                    row: |view, row| row.filter(|row| !view.execute_begins() || !is_tombstone(row)),
                    ..Lie::NONE
                };
                lie.before(inner, world)
            })
        },
    ),
    harness("saga_row_not_checked", "an execute begins although its saga unwinds", || {
        lied(|inner, world| {
            let lie = Lie {
                saga: |view, saga| if view.execute_begins() { as_if_forward(saga) } else { saga },
                ..Lie::NONE
            };
            lie.before(inner, world)
        })
    }),
    harness("saga_row_read_without_a_lock", "an execute sees its saga as it was when it asked", || {
        lied(|inner, world| {
            let lie = Lie {
                saga: |view, saga| if view.execute_begins() { view.stale(saga) } else { saga },
                ..Lie::NONE
            };
            lie.before(inner, world)
        })
    }),
    harness(
        "saga_row_before_the_recorded_output",
        "a step that is done is not answered as done once its saga does not go forward",
        || {
            lied(|inner, world| {
                let row = |view: &View, row: Option<LedgerRow>| {
                    let hides = view.execute_begins() && view.saga != Some(SagaState::Forward);
                    row.filter(|row| !hides || row.best_effort || row.status != LedgerStatus::Done)
                };
                Lie { row, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    harness(
        "ledger_row_of_seconds_ago",
        "an execute sees its ledger row as it was when it asked, if that is not long ago",
        || {
            lied(|inner, world| {
                let row = |view: &View, row: Option<LedgerRow>| match row {
                    Some(row) if view.execute_begins() && view.waited() < CACHED_FOR => view.stale_row(row),
                    row => row,
                };
                Lie { row, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    harness(
        "first_attempt_forgotten",
        "every attempt takes itself for the first, and tells when it was",
        || {
            lied(|inner, world| {
                let row = |view: &View, row: Option<LedgerRow>| match row {
                    Some(row) if view.execute_begins() => Some(LedgerRow { started: None, ..row }),
                    row => row,
                };
                Lie { row, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    harness(
        "what_a_dead_process_did_is_refused",
        "what was under way when the process died just now is taken for refused",
        || {
            lied(|inner, world| {
                let put = |view: &View, row: LedgerRow| {
                    let reason = view.is(STARTING).then(|| DIED.to_owned()).or(row.reason.clone());
                    Some(LedgerRow { reason, ..row })
                };
                let row = |view: &View, row: Option<LedgerRow>| {
                    row.map(|mut row| {
                        let is_recent =
                            row.started.is_some_and(|started| view.now.since(started) < CACHED_FOR);
                        let died = is_recent && row.reason.as_deref() == Some(DIED);
                        if view.execute_begins() && died && !row.best_effort {
                            row.status = LedgerStatus::Refused;
                        }
                        row
                    })
                };
                Lie { put, row, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    harness("a_repeat_is_refused", "a worker does not answer a task again that it has just answered", || {
        tweaked(Tweaks { task: Some(refuse_repeats), ..Tweaks::default() })
    }),
    harness(
        "erased_without_a_stub",
        "what is over is erased, and a task that comes then begins anew",
        || {
            lied(|inner, world| {
                let lie = Lie {
                    saga: |view, saga| if view.is_late() { as_if_forward(saga) } else { saga },
                    row: |view, row| row.filter(|_| !view.is_late()),
                    ..Lie::NONE
                };
                lie.before(inner, world)
            })
        },
    ),
];

/// A task that was answered not long ago, in this life of the process, is none of any saga.
fn refuse_repeats(world: &World, task: TaskPayload) -> TaskPayload {
    let now = START.plus(world.clock.monotonic());
    let is_answer = |moment: &Moment| {
        matches!(&moment.what, Happened::Answered { payload, .. } if *payload == task)
            && now.since(moment.at) < CACHED_FOR
    };
    let is_of_this_life = |moment: &&Moment| !matches!(moment.what, Happened::ProcessStarted);
    let answered =
        world.with_trace(|trace| trace.moments.iter().rev().take_while(is_of_this_life).any(is_answer));
    if answered { TaskPayload { step: "answered_before".into(), ..task } } else { task }
}

fn is_tombstone(row: &LedgerRow) -> bool {
    matches!(row.status, LedgerStatus::Undoing | LedgerStatus::Undone | LedgerStatus::Parked)
}
