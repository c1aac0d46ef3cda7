//! Relays, sweepers and cancels with one rule less.

use amends_store::{SagaRow, SagaState};
use amends_types::Timestamp;

use super::lying::{Lie, View, as_if_forward};
use super::made::{impatient, lied, tweaked, without_time_limits};
use crate::explore::Setup;
use crate::mutants::{Layer, Mutant};
use crate::tweaks::{ChangeStore, Revive, Tweaks};

/// Further away than any run lasts.
const NEVER: Timestamp = Timestamp::from_micros(4_000_000_000_000_000);

pub(super) const MUTANTS: &[Mutant] = &[
    coordinator("notice_before_the_commit", "what is owed is sent before the saga is committed", || {
        let store: ChangeStore = |inner, world| {
            let saga = |view: &View, saga: SagaRow| {
                let state = if view.is("notify.owed") { SagaState::Committed } else { saga.state };
                SagaRow { state, ..saga }
            };
            Lie { saga, ..Lie::NONE }.before(inner, world)
        };
        tweaked(Tweaks { store: Some(store), delivers_early: Some("notify"), ..Tweaks::default() })
    }),
    coordinator("never_delivered", "nobody sends what is owed", || {
        impatient(lied(|inner, world| Lie { owed: |_, _| Vec::new(), ..Lie::NONE }.before(inner, world)))
    }),
    coordinator("cancel_after_the_commit", "a cancel does not look whether the saga is committed", || {
        lied(|inner, world| {
            let saga = |view: &View, saga: SagaRow| {
                let committed = view.is("customer") && saga.state == SagaState::Committed;
                if committed { as_if_forward(saga) } else { saga }
            };
            Lie { saga, ..Lie::NONE }.before(inner, world)
        })
    }),
    coordinator(
        "cancel_that_unwinds",
        "a cancel names an unwind as the unwinder that nobody has started",
        || {
            lied(|inner, world| {
                let update = |view: &View, saga: SagaRow| {
                    let unwinder = saga.id.unwind_run(1);
                    Some(if view.is("customer") {
                        SagaRow { unwinder: Some(unwinder), ..saga }
                    } else {
                        saga
                    })
                };
                Lie { update, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    coordinator("verdict_by_the_sweeper", "the sweeper writes the verdict instead of an unwind", || {
        lied(|inner, world| {
            let update = |view: &View, mut saga: SagaRow| {
                if view.is("sweeper") && saga.state == SagaState::Unwinding {
                    saga.end(SagaState::Compensated, view.now);
                }
                Some(saga)
            };
            Lie { update, ..Lie::NONE }.before(inner, world)
        })
    }),
    coordinator(
        "deadline_written_by_the_workers_clock",
        "a saga's deadline is a time of the workers' clock, and held against the store's",
        || {
            lied(|inner, world| {
                let sagas = |view: &View, sagas: Vec<SagaRow>| earlier(sagas, -view.skew_micros());
                Lie { sagas, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    coordinator(
        "deadline_read_by_the_workers_clock",
        "a saga's deadline is held against the workers' clock",
        || {
            lied(|inner, world| {
                let sagas = |view: &View, sagas: Vec<SagaRow>| earlier(sagas, view.skew_micros());
                Lie { sagas, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    coordinator(
        "the_end_is_believed",
        "what an execution says at its end is written over the verdict of a committed saga",
        || tweaked(Tweaks { believes_ends: true, ..Tweaks::default() }),
    ),
    coordinator("sweeps_at_once", "the sweeper takes over while the former execution still runs", || {
        tweaked(Tweaks { sweeps_at_once: true, ..Tweaks::default() })
    }),
    coordinator("sweeps_forward", "the sweeper starts the forward machine again, and not an unwind", || {
        let store: ChangeStore = |inner, world| {
            let update = |view: &View, saga: SagaRow| (!view.is("sweeper")).then_some(saga);
            Lie { update, ..Lie::NONE }.before(inner, world)
        };
        tweaked(Tweaks { store: Some(store), sweeps_forward: true, ..Tweaks::default() })
    }),
    coordinator(
        "deleted_before_the_start",
        "the outbox row is deleted before StartExecution answers",
        || tweaked(Tweaks { deletes_first: true, ..Tweaks::default() }),
    ),
    coordinator("redrive_begins_anew", "a redrive lets the saga go forward anew", || {
        tweaked(Tweaks { revives: Some(Revive::Redrive), ..Tweaks::default() })
    }),
    coordinator("start_begins_anew", "a start of an execution that has ended begins its saga anew", || {
        tweaked(Tweaks { revives: Some(Revive::Start), ..Tweaks::default() })
    }),
    coordinator("no_time_limits", "no state has a time limit, and the sweeper never stops what runs", || {
        let store: ChangeStore = |inner, world| {
            let sagas = |_: &_, sagas: Vec<SagaRow>| {
                sagas.into_iter().map(|saga| SagaRow { deadline: NEVER, ..saga }).collect()
            };
            Lie { sagas, ..Lie::NONE }.before(inner, world)
        };
        without_time_limits(tweaked(Tweaks { store: Some(store), ..Tweaks::default() }))
    }),
];

/// The deadlines, so much earlier; never later.
fn earlier(mut sagas: Vec<SagaRow>, micros: i64) -> Vec<SagaRow> {
    for saga in &mut sagas {
        saga.deadline = Timestamp::from_micros(saga.deadline.as_micros() - micros.max(0));
    }
    sagas
}

const fn coordinator(name: &'static str, told: &'static str, setup: fn() -> Setup) -> Mutant {
    Mutant { name, layer: Layer::Coordinator, told, setup }
}
