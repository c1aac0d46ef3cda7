//! Stores that are wrong.

use std::collections::BTreeMap;

use amends_store::LedgerRow;
use amends_types::DeploymentId;

use super::lossy::lossy;
use super::lying::{Failed, Lie, Local};
use super::made::{lied, lied_of_the_last_item, tweaked};
use crate::explore::Setup;
use crate::mutants::{Layer, Mutant};
use crate::tweaks::Tweaks;

pub(super) const MUTANTS: &[Mutant] = &[
    store("oversold", "stock is taken that is not there", || {
        lied_of_the_last_item(|inner, world| Lie { taken: |_| true, ..Lie::NONE }.before(inner, world))
    }),
    store(
        "failed_transaction_half_kept",
        "of a transaction that failed, what it did before the ledger is kept",
        || lied(|inner, world| Lie { failed: Failed::HalfKept, ..Lie::NONE }.before(inner, world)),
    ),
    store(
        "effect_before_its_record",
        "an effect in our own database and its record are two transactions",
        || lied(|inner, world| Lie { local: Local::Afterwards, ..Lie::NONE }.before(inner, world)),
    ),
    store("object_forgotten", "the provider's id of a payment is not kept", || {
        lied(|inner, world| {
            let put = |_: &_, row| Some(LedgerRow { objects: BTreeMap::new(), ..row });
            Lie { put, ..Lie::NONE }.before(inner, world)
        })
    }),
    store("another_deployment_after_a_restart", "the deployment's id is minted at every start", || {
        lied(|inner, world| {
            let deployment = |_, lives| DeploymentId::fixed(lives);
            Lie { deployment, ..Lie::NONE }.before(inner, world)
        })
    }),
    store(
        "ledger_behind_its_journal",
        "the last commit is lost when the process is killed, and nobody notices",
        || tweaked(Tweaks { lossy: Some(lossy), ..Tweaks::default() }),
    ),
];

const fn store(name: &'static str, told: &'static str, setup: fn() -> Setup) -> Mutant {
    Mutant { name, layer: Layer::Store, told, setup }
}
