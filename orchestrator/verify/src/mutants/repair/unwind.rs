//! Unwinds that a person asked for, and that end wrongly, or let others in.

use std::sync::Arc;

use amends_saga::Op;
use amends_store::{LedgerRow, SagaRow, SagaState};

use super::made::{repair, repaired};
use crate::explore::{Fault, FaultSet, Setup};
use crate::mutants::Mutant;
use crate::mutants::lying::{Lie, View};
use crate::order::OrderScenario;
use crate::tweaks::{Revive, Tweaks};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    repair("a_repair_never_ends", "settling leaves a repair under way", || {
        repaired(|inner, world| {
            let update = |view: &View, saga: SagaRow| {
                let repairing = saga.repairing || (view.op == Some(Op::Settle) && view.repairing);
                Some(SagaRow { repairing, ..saga })
            };
            Lie { update, ..Lie::NONE }.before(inner, world)
        })
    }),
    repair("stuck_for_ever", "a saga stays stuck although everything was undone", || {
        repaired(|inner, world| {
            let update = |view: &View, saga: SagaRow| match ends_a_repair(view) {
                true => Some(SagaRow { state: SagaState::Stuck, ..saga }),
                false => Some(saga),
            };
            Lie { update, ..Lie::NONE }.before(inner, world)
        })
    }),
    repair("a_repair_always_succeeds", "a repair ends well, whatever the provider said", || {
        repaired(|inner, world| {
            let update = |view: &View, saga: SagaRow| match ends_a_repair(view) {
                true => Some(SagaRow { state: SagaState::Compensated, ..saga }),
                false => Some(saga),
            };
            Lie { update, ..Lie::NONE }.before(inner, world)
        })
    }),
    repair(
        "a_repair_takes_any_result",
        "while a saga is repaired, a lease is not held against its token",
        || {
            repaired(|inner, world| {
                let row = |view: &View, row: Option<LedgerRow>| match row {
                    Some(row) if view.undo_records() && view.repairing => {
                        Some(LedgerRow { lease: view.own_lease(), ..row })
                    }
                    row => row,
                };
                Lie { row, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    repair(
        "a_repair_is_anybodys",
        "whoever comes while a saga is repaired for the first time may unwind it",
        || {
            repaired(|inner, world| {
                let saga = |view: &View, saga: SagaRow| {
                    // Of the first repair: what a sweeper does to a repair would show it too.
                    let is_let_in = view.undo_begins() && saga.unwinds == 1 && view.arrived_in_a_repair();
                    if is_let_in { SagaRow { unwinder: None, ..saga } } else { saga }
                };
                Lie { saga, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    repair(
        "a_redrive_takes_a_repair_over",
        "a redrive lets a saga go forward anew that is being repaired",
        || {
            let tweaks = Tweaks { revives: Some(Revive::OfARepair), ..Tweaks::default() };
            Setup::new(Arc::new(OrderScenario::repaired())).with_tweaks(tweaks).with_faults(OF_EXECUTIONS)
        },
    ),
];

/// What happens to executions; with everything else besides, the search for two faults would take minutes.
const OF_EXECUTIONS: FaultSet = FaultSet::of(&[
    Fault::Stopped,
    Fault::StoppedMeanwhile,
    Fault::OutOfTime,
    Fault::Redriven,
    Fault::RedrivenMeanwhile,
    Fault::AgainAtTheRepair,
    Fault::StartedAgain,
]);

fn ends_a_repair(view: &View) -> bool {
    view.op == Some(Op::Settle) && view.repairing
}
