//! What becomes of the sagas of an engine that is taken for lost, and is not.

use amends_store::{LedgerRow, SagaRow, SagaState};

use super::made::several;
use crate::explore::Setting;
use crate::mutants::Mutant;
use crate::mutants::lying::{Lie, View, as_if_forward};
use crate::mutants::made::lied_in;
use crate::order::OrderScenario;
use crate::tweaks::ChangeStore;

/// How the reason of a saga begins that was adopted.
const ADOPTED: &str = "the engine that ran it is lost";

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    several("adopted_and_begun_anew", "what is adopted goes forward on its new engine", || {
        lied_in(OrderScenario::lost_engine(), |inner, world| {
            let update = |view: &View, saga: SagaRow| match view.is("adopter") {
                true => Some(SagaRow { engine: saga.engine, ..view.stale(saga) }),
                false => Some(saga),
            };
            Lie { update, ..Lie::NONE }.before(inner, world)
        })
    }),
    several(
        "adopted_without_its_engine",
        "a saga that is adopted still says that it is the lost engine's",
        || {
            lied_in(OrderScenario::lost_engine(), |inner, world| {
                let update = |view: &View, saga: SagaRow| match view.is("adopter") {
                    true => Some(SagaRow { engine: view.stale(saga.clone()).engine, ..saga }),
                    false => Some(saga),
                };
                Lie { update, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    several("sweeps_what_is_anothers", "an engine sweeps what it began, whoever has adopted it", || {
        lied_in(OrderScenario::lost_engine(), |inner, world| {
            let sagas = |view: &View, mut sagas: Vec<SagaRow>| {
                if view.is("sweeper") {
                    let first = Setting::Engines.engines().first().copied();
                    sagas.iter_mut().for_each(|saga| saga.engine = first);
                }
                sagas
            };
            Lie { sagas, ..Lie::NONE }.before(inner, world)
        })
    }),
    several(
        "a_lost_engine_commits",
        "what a lost engine brings to its end is committed, although it was adopted",
        || {
            lied_in(OrderScenario::lost_engine(), |inner, world| {
                let saga = |view: &View, saga: SagaRow| match view.execute_records() && is_adopted(&saga) {
                    true => as_if_forward(saga),
                    false => saga,
                };
                Lie { saga, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    several("a_lost_engine_goes_on", "what a lost engine still asks for is executed", || {
        lied_in(OrderScenario::lost_engine(), |inner, world| {
            let saga = |view: &View, saga: SagaRow| match view.execute_begins() && is_adopted(&saga) {
                true => as_if_forward(saga),
                false => saga,
            };
            Lie { saga, ..Lie::NONE }.before(inner, world)
        })
    }),
    several(
        "the_workers_of_a_lost_engine_are_dead",
        "nobody waits for the leases of a lost engine's workers",
        || {
            const STORE: ChangeStore = |inner, world| {
                let row = |view: &View, row: Option<LedgerRow>| match row {
                    Some(row) if view.undo_begins() => {
                        Some(LedgerRow { lease: None, execute_until: None, ..row })
                    }
                    row => row,
                };
                Lie { row, ..Lie::NONE }.before(inner, world)
            };
            lied_in(OrderScenario::lost_engine(), STORE)
        },
    ),
];

fn is_adopted(saga: &SagaRow) -> bool {
    saga.state == SagaState::Unwinding && saga.reason.as_deref() == Some(ADOPTED)
}
