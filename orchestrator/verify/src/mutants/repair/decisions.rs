//! Decisions that are not recorded, or recorded as something else.

use amends_store::{AuditAction, LedgerRow, LedgerStatus, NewAuditRow, Undo};

use super::made::{repair, repaired};
use crate::mutants::Mutant;
use crate::mutants::lying::{Lie, View};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    repair("a_retry_is_not_recorded", "nobody can say who had it undone once more", || {
        repaired(|inner, world| {
            Lie { record: |_, row| unless(AuditAction::Retry, row), ..Lie::NONE }.before(inner, world)
        })
    }),
    repair("a_resolution_is_not_recorded", "nobody can say who undid it by hand", || {
        repaired(|inner, world| {
            Lie { record: |_, row| unless(AuditAction::Resolve, row), ..Lie::NONE }.before(inner, world)
        })
    }),
    repair("an_acceptance_is_not_recorded", "nobody can say who accepted what is left", || {
        repaired(|inner, world| {
            Lie { record: |_, row| unless(AuditAction::Accept, row), ..Lie::NONE }.before(inner, world)
        })
    }),
    repair("what_is_accepted_is_hidden", "what a person accepted is shown as undone", || {
        repaired(|inner, world| {
            let put = |_: &View, row: LedgerRow| {
                let undo = row.undo.map(|undo| if undo == Undo::Accepted { Undo::Reversed } else { undo });
                Some(LedgerRow { undo, ..row })
            };
            Lie { put, ..Lie::NONE }.before(inner, world)
        })
    }),
    repair(
        "what_is_accepted_stays_parked",
        "a saga is compensated by a word that its ledger does not keep",
        || {
            repaired(|inner, world| {
                let put = |_: &View, row: LedgerRow| (row.undo != Some(Undo::Accepted)).then_some(row);
                let rows = |view: &View, rows: Vec<LedgerRow>| {
                    if view.is("operator") { no_longer_parked(rows) } else { rows }
                };
                Lie { put, rows, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
];

fn unless(action: AuditAction, row: NewAuditRow) -> Option<NewAuditRow> {
    (row.action != action).then_some(row)
}

fn no_longer_parked(rows: Vec<LedgerRow>) -> Vec<LedgerRow> {
    rows.into_iter().filter(|row| row.status != LedgerStatus::Parked).collect()
}
