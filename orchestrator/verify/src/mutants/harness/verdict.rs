//! Commits and verdicts that come too early, or do not hold.

use amends_store::{LedgerRow, LedgerStatus, SagaRow, SagaState};

use super::harness;
use crate::mutants::Mutant;
use crate::mutants::lying::{Lie, View, as_if_forward};
use crate::mutants::made::{hasty, impatient, lied, lied_of_the_last_item, without_stock};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    harness("commit_without_the_saga_row", "the last step commits although the saga unwinds", || {
        lied(|inner, world| {
            let lie = Lie {
                saga: |view, saga| {
                    let unwinds = view.execute_records() && saga.state == SagaState::Unwinding;
                    if unwinds { as_if_forward(saga) } else { saga }
                },
                ..Lie::NONE
            };
            lie.before(inner, world)
        })
    }),
    harness(
        "commit_without_the_other_rows",
        "the last step commits although another one is not done",
        || {
            without_stock(lied_of_the_last_item(|inner, world| {
                Lie { rows: all_done, ..Lie::NONE }.before(inner, world)
            }))
        },
    ),
    harness("committed_saga_undone", "a compensate does not look whether the saga is committed", || {
        impatient(lied(|inner, world| {
            let lie = Lie {
                saga: |view, saga| {
                    let committed = view.undo_begins() && saga.state == SagaState::Committed;
                    if committed { as_if_forward(saga) } else { saga }
                },
                ..Lie::NONE
            };
            lie.before(inner, world)
        }))
    }),
    harness("a_verdict_without_its_time", "the verdict is written without when it was", || {
        lied(|inner, world| {
            let update = |_: &_, saga| Some(SagaRow { ended: None, ..saga });
            Lie { update, ..Lie::NONE }.before(inner, world)
        })
    }),
    harness(
        "parked_while_a_refund_is_under_way",
        "settle does not wait for an undo that may still be under way",
        || {
            hasty(lied(|inner, world| {
                let row = |view: &View, row: Option<LedgerRow>| match row {
                    Some(row) if view.is("settle") && row.undo_attempts > 0 => {
                        Some(LedgerRow { lease: None, execute_until: None, undo_until: None, ..row })
                    }
                    row => row,
                };
                Lie { row, ..Lie::NONE }.before(inner, world)
            }))
        },
    ),
    harness("settled_at_once", "settle does not wait for what may still be under way", || {
        hasty(lied(|inner, world| {
            let row = |view: &View, row: Option<LedgerRow>| match row {
                Some(row) if view.is("settle") => {
                    Some(LedgerRow { lease: None, execute_until: None, undo_until: None, ..row })
                }
                row => row,
            };
            Lie { row, ..Lie::NONE }.before(inner, world)
        }))
    }),
];

/// What the commit point is told of the other steps.
fn all_done(view: &View, mut rows: Vec<LedgerRow>) -> Vec<LedgerRow> {
    if view.execute_records() {
        rows.iter_mut().for_each(|row| row.status = LedgerStatus::Done);
    }
    rows
}
