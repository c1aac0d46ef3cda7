//! Retries that open too much, forget what is held, or push each other aside.

use amends_store::{LedgerRow, LedgerStatus, SagaRow, SagaState};

use super::made::{repair, repaired};
use crate::mutants::Mutant;
use crate::mutants::lying::{Lie, View, as_if_forward};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    repair("everything_is_undone_once_more", "a retry opens what was undone already, too", || {
        repaired(|inner, world| {
            let rows = |view: &View, rows: Vec<LedgerRow>| match view.is("operator") {
                true => rows.into_iter().map(|row| parked(row, LedgerStatus::Undone)).collect(),
                false => rows,
            };
            Lie { rows, ..Lie::NONE }.before(inner, world)
        })
    }),
    repair(
        "a_retry_forgets_the_objects",
        "what is undone once more no longer knows the provider's objects",
        || {
            repaired(|inner, world| {
                let put = |view: &View, mut row: LedgerRow| {
                    if view.is("operator") && row.status == LedgerStatus::Undoing {
                        row.objects.clear();
                    }
                    Some(row)
                };
                Lie { put, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    repair(
        "a_retry_executes",
        "what a person wants undone is opened by setting the saga back to where it goes forward",
        || {
            repaired(|inner, world| {
                let update = |view: &View, saga: SagaRow| match view.is("operator") && saga.repairing {
                    true => Some(as_if_forward(saga)),
                    false => Some(saga),
                };
                Lie { update, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    repair("compensated_as_soon_as_somebody_retries", "a retry writes the verdict that it hopes for", || {
        repaired(|inner, world| {
            let update = |view: &View, saga: SagaRow| match view.is("operator") && saga.repairing {
                true => Some(SagaRow { state: SagaState::Compensated, ..saga }),
                false => Some(saga),
            };
            Lie { update, ..Lie::NONE }.before(inner, world)
        })
    }),
    repair(
        "a_repair_names_nobody",
        "a retry starts an execution, and does not name it as the unwinder",
        || {
            repaired(|inner, world| {
                let update = |view: &View, saga: SagaRow| match view.is("operator") && saga.repairing {
                    true => Some(SagaRow { unwinder: view.stale(saga.clone()).unwinder, ..saga }),
                    false => Some(saga),
                };
                Lie { update, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    repair("a_second_retry_pushes_the_first_aside", "a retry does not look whether one is under way", || {
        repaired(|inner, world| {
            let saga = |view: &View, saga: SagaRow| {
                let repairing = saga.repairing && !view.is("operator");
                SagaRow { repairing, ..saga }
            };
            let rows = |view: &View, rows: Vec<LedgerRow>| match view.is("operator") {
                true => rows.into_iter().map(|row| parked(row, LedgerStatus::Undoing)).collect(),
                false => rows,
            };
            Lie { saga, rows, ..Lie::NONE }.before(inner, world)
        })
    }),
];

/// As if a person had to decide about a row of this status.
fn parked(row: LedgerRow, status: LedgerStatus) -> LedgerRow {
    if row.status == status { LedgerRow { status: LedgerStatus::Parked, ..row } } else { row }
}
