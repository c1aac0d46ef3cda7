//! Harnesses with one rule less.

use amends_store::{LedgerRow, LedgerStatus, SagaState, Undo};
use amends_types::Timestamp;

use super::lying::{Lie, View, as_if_forward};
use super::made::{hasty, impatient, lied, lied_of_the_last_item, without_stock};
use crate::explore::Setup;
use crate::mutants::{Layer, Mutant};

/// Further away than any run lasts.
const NEVER: Timestamp = Timestamp::from_micros(4_000_000_000_000_000);

pub(super) const MUTANTS: &[Mutant] = &[
    harness("no_tombstone", "an undo of a step that never began leaves no tombstone", || {
        lied(|inner, world| {
            let put = |_: &_, row: LedgerRow| (row.undo != Some(Undo::NeverStarted)).then_some(row);
            Lie { put, ..Lie::NONE }.before(inner, world)
        })
    }),
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
    harness("ended_without_doubt", "a lease that is ended at the start puts nothing in doubt", || {
        lied(|inner, world| {
            let put = |view: &View, row: LedgerRow| {
                Some(if view.is("process") { LedgerRow { in_doubt: false, ..row } } else { row })
            };
            Lie { put, ..Lie::NONE }.before(inner, world)
        })
    }),
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
    harness("doubt_forgotten", "`refused` is written although an earlier attempt is in doubt", || {
        lied(|inner, world| {
            let put = |_: &_, row| Some(LedgerRow { in_doubt: false, ..row });
            Lie { put, ..Lie::NONE }.before(inner, world)
        })
    }),
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
    harness(
        "commit_without_the_other_rows",
        "the last step commits although another one is not done",
        || {
            without_stock(lied_of_the_last_item(|inner, world| {
                Lie { rows: all_done, ..Lie::NONE }.before(inner, world)
            }))
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

const fn harness(name: &'static str, told: &'static str, setup: fn() -> Setup) -> Mutant {
    Mutant { name, layer: Layer::Harness, told, setup }
}

fn is_tombstone(row: &LedgerRow) -> bool {
    matches!(row.status, LedgerStatus::Undoing | LedgerStatus::Undone | LedgerStatus::Parked)
}

/// The row, with every end of what an attempt may do at the earlier of two times, this far apart.
fn shifted(mut row: LedgerRow, micros: i64) -> LedgerRow {
    let shift = |at: Timestamp| Timestamp::from_micros(at.as_micros() + micros.min(0));
    row.lease.iter_mut().for_each(|lease| lease.until = shift(lease.until));
    row.execute_until = row.execute_until.map(shift);
    row.undo_until = row.undo_until.map(shift);
    row
}

/// What the commit point is told of the other steps.
fn all_done(view: &View, mut rows: Vec<LedgerRow>) -> Vec<LedgerRow> {
    if view.execute_records() {
        rows.iter_mut().for_each(|row| row.status = LedgerStatus::Done);
    }
    rows
}

/// When an attempt records what a provider said, the lease is its own.
fn with_own_lease(view: &View, row: Option<LedgerRow>) -> Option<LedgerRow> {
    let records = view.execute_records() || view.undo_records() || view.first.is_none();
    row.map(|row| if records { LedgerRow { lease: view.own_lease(), ..row } } else { row })
}
