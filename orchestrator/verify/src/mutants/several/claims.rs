//! Relays that do not keep to claims, and sweepers that do not see each other.

use std::sync::Arc;

use amends_store::SagaRow;
use amends_types::Timestamp;

use super::made::several;
use crate::explore::Setup;
use crate::mutants::Mutant;
use crate::mutants::lying::{Lie, View};
use crate::mutants::made::{lied_in, tweaked};
use crate::order::OrderScenario;
use crate::tweaks::{ChangeStore, Tweaks};

/// Further away than any run lasts.
const NEVER: Timestamp = Timestamp::from_micros(4_000_000_000_000_000);

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    several(
        "claims_are_released",
        "each relay takes the claims of the others for its own of an earlier life",
        || {
            let tweaks = Tweaks { takes_for_its_own: true, ..Tweaks::default() };
            Setup::new(Arc::new(OrderScenario::coordinators())).with_tweaks(tweaks)
        },
    ),
    several("a_claim_lapses_at_once", "a claim lasts no longer than the transaction that makes it", || {
        lied_in(OrderScenario::coordinators(), |inner, world| {
            Lie { claim: |now, _| now, ..Lie::NONE }.before(inner, world)
        })
    }),
    several(
        "a_claim_never_lapses",
        "what a relay has claimed is its own for ever, and the sweeper leaves the outbox to relays",
        || {
            let store: ChangeStore =
                |inner, world| Lie { claim: |_, _| NEVER, ..Lie::NONE }.before(inner, world);
            let tweaks = Tweaks { store: Some(store), trusts_the_outbox: true, ..Tweaks::default() };
            Setup::new(Arc::new(OrderScenario::coordinators())).with_tweaks(tweaks)
        },
    ),
    several(
        "a_sweeper_decides_by_what_it_read_before",
        "a sweeper takes over without looking whether another has",
        || {
            lied_in(OrderScenario::coordinators(), |inner, world| {
                let saga = |view: &View, saga: SagaRow| match view.is("sweeper") {
                    true => SagaRow { unwinder: view.stale(saga.clone()).unwinder, ..saga },
                    false => saga,
                };
                Lie { saga, ..Lie::NONE }.before(inner, world)
            })
        },
    ),
    several(
        "what_is_stopped_is_settled",
        "a saga whose time is up gets its verdict as soon as its execution is stopped",
        || tweaked(Tweaks { settles_what_it_stops: true, ..Tweaks::default() }),
    ),
];
