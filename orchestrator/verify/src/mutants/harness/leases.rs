//! Leases that exclude nobody, end at the wrong time, or leave no doubt.

use amends_store::{LedgerRow, SagaState};
use amends_types::Timestamp;

use super::harness;
use crate::explore::STARTING;
use crate::mutants::Mutant;
use crate::mutants::lying::{Lie, View};
use crate::mutants::made::{impatient, lied};

/// Further away than any run lasts.
const NEVER: Timestamp = Timestamp::from_micros(4_000_000_000_000_000);

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    harness("no_lease", "no attempt excludes another, and each may record", || {
        lied(|inner, world| {
            let put =
                |_: &_, row| Some(LedgerRow { lease: None, execute_until: None, undo_until: None, ..row });
            Lie { put, row: with_own_lease, ..Lie::NONE }.before(inner, world)
        })
    }),
    harness("lease_without_token", "whoever comes may record, whose lease it may be", || {
        lied(|inner, world| Lie { row: with_own_lease, ..Lie::NONE }.before(inner, world))
    }),
    harness("lease_that_never_ends", "the lease of an attempt that died is never over", || {
        lied(|inner, world| {
            let row = |_: &_, row: Option<LedgerRow>| {
                row.map(|mut row| {
                    row.lease.iter_mut().for_each(|lease| lease.until = NEVER);
                    row
                })
            };
            Lie { row, ..Lie::NONE }.before(inner, world)
        })
    }),
    harness("lease_not_waited_for", "an undo begins while the execute that it undoes may still act", || {
        lied(|inner, world| {
            let row = |view: &View, row: Option<LedgerRow>| match row {
                Some(row) if view.undo_begins() => {
                    Some(LedgerRow { lease: None, execute_until: None, ..row })
                }
                row => row,
            };
            Lie { row, ..Lie::NONE }.before(inner, world)
        })
    }),
    harness("leases_by_the_workers_clock", "what an attempt may do ends by the clock of its worker", || {
        impatient(lied(|inner, world| {
            let put = |view: &View, row| Some(shifted(row, view.skew_micros()));
            Lie { put, ..Lie::NONE }.before(inner, world)
        }))
    }),
    harness("clocks_converted_the_wrong_way", "the difference of the clocks is added, not taken off", || {
        impatient(lied(|inner, world| {
            let put = |view: &View, row| Some(shifted(row, -view.skew_micros()));
            Lie { put, ..Lie::NONE }.before(inner, world)
        }))
    }),
    harness("late_records_are_kept", "whoever comes may record once the saga is committed", || {
        lied(|inner, world| {
            let row = |view: &View, row: Option<LedgerRow>| {
                let late = view.execute_records() && view.is_over();
                row.map(|row| match view.saga {
                    Some(SagaState::Committed) if late => LedgerRow { lease: view.own_lease(), ..row },
                    _ => row,
                })
            };
            Lie { row, ..Lie::NONE }.before(inner, world)
        })
    }),
    harness("ended_without_doubt", "a lease that is ended at the start puts nothing in doubt", || {
        lied(|inner, world| {
            let put = |view: &View, row: LedgerRow| {
                Some(if view.is(STARTING) { LedgerRow { in_doubt: false, ..row } } else { row })
            };
            Lie { put, ..Lie::NONE }.before(inner, world)
        })
    }),
    harness("doubt_forgotten", "`refused` is written although an earlier attempt is in doubt", || {
        lied(|inner, world| {
            let put = |_: &_, row| Some(LedgerRow { in_doubt: false, ..row });
            Lie { put, ..Lie::NONE }.before(inner, world)
        })
    }),
];

/// The row, with every end of what an attempt may do at the earlier of two times, this far apart.
fn shifted(mut row: LedgerRow, micros: i64) -> LedgerRow {
    let shift = |at: Timestamp| Timestamp::from_micros(at.as_micros() + micros.min(0));
    row.lease.iter_mut().for_each(|lease| lease.until = shift(lease.until));
    row.execute_until = row.execute_until.map(shift);
    row.undo_until = row.undo_until.map(shift);
    row
}

/// When an attempt records what a provider said, the lease is its own.
fn with_own_lease(view: &View, row: Option<LedgerRow>) -> Option<LedgerRow> {
    let records = view.execute_records() || view.undo_records() || view.first.is_none();
    row.map(|row| if records { LedgerRow { lease: view.own_lease(), ..row } } else { row })
}
