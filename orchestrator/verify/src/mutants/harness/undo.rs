//! Undos that leave no tombstone, believe too early, or are done by two.

use std::time::Duration;

use amends_saga::StepPolicy;
use amends_store::{LedgerRow, SagaState, Undo};

use super::harness;
use crate::mutants::Mutant;
use crate::mutants::lying::{Lie, View};
use crate::mutants::made::{hurried, lied, silent};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    harness("no_tombstone", "an undo of a step that never began leaves no tombstone", || {
        lied(|inner, world| {
            let put = |_: &_, row: LedgerRow| (row.undo != Some(Undo::NeverStarted)).then_some(row);
            Lie { put, ..Lie::NONE }.before(inner, world)
        })
    }),
    harness(
        "no_tombstone_and_no_word",
        "an undo of a step that never began leaves no tombstone, and the execution says nothing of its end",
        || {
            silent(lied(|inner, world| {
                let put = |_: &_, row: LedgerRow| (row.undo != Some(Undo::NeverStarted)).then_some(row);
                Lie { put, ..Lie::NONE }.before(inner, world)
            }))
        },
    ),
    harness("two_unwinders", "whoever comes may unwind, and reopens what has its verdict", || {
        lied(|inner, world| {
            let lie = Lie {
                saga: |view, mut saga| {
                    if view.undo_begins() {
                        saga.unwinder = None;
                        if saga.state == SagaState::Compensated {
                            saga.state = SagaState::Unwinding;
                        }
                    }
                    saga
                },
                ..Lie::NONE
            };
            lie.before(inner, world)
        })
    }),
    harness("nothing_found_believed", "an undo that finds nothing is believed at once", || {
        lied(|inner, world| {
            let row = |view: &View, row: Option<LedgerRow>| match row {
                Some(row) if view.undo_records() => Some(LedgerRow { execute_until: None, ..row }),
                row => row,
            };
            Lie { row, ..Lie::NONE }.before(inner, world)
        })
    }),
    harness(
        "who_never_came_back_is_forgotten",
        "an undo that finds nothing is believed as soon as a lease ran out, though a request may be on its way",
        || {
            hurried(
                lied(|inner, world| {
                    let row = |view: &View, row: Option<LedgerRow>| {
                        row.map(|mut row| {
                            if view.undo_records() && never_came_back(&row) {
                                row.execute_until = None;
                            }
                            row
                        })
                    };
                    Lie { row, ..Lie::NONE }.before(inner, world)
                }),
                5,
            )
        },
    ),
    harness(
        "a_refund_is_recorded_as_a_refusal",
        "what was paid back is recorded as if it had never been paid",
        || {
            lied(|inner, world| {
                let put = |_: &_, mut row: LedgerRow| {
                    if row.step == "charge" && row.undo == Some(Undo::Reversed) && !row.in_doubt {
                        row.undo = Some(Undo::WasRefused);
                    }
                    Some(row)
                };
                Lie { put, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
];

/// Whether the last attempt at execute let its lease run out: who comes back gives it back.
fn never_came_back(row: &LedgerRow) -> bool {
    let whole = Duration::from_secs(StepPolicy::REQUIRED.lease_seconds.into());
    row.started.is_some_and(|started| row.execute_until >= Some(started.plus(whole)))
}
