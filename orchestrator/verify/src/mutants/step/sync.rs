//! Syncs that sell twice, or do not take back what they recorded.

use std::sync::Arc;

use amends_adapters::inventory::{Inventory, Reverted, SyncRequest};
use amends_adapters::{Call, ProviderError};
use amends_saga::{Compensated, SagaStep, StepCtx, StepError};
use amends_types::{DeploymentId, IdempotencyKey, SagaId};
use amends_workers::{ExternalInventorySync, SyncInput, SyncOutput};

use super::altered::{Altered, Doing, Syncing, of_effect, one_order, reverting, syncing, with_sync};
use crate::explore::Setup;
use crate::mutants::{Layer, Mutant};
use crate::order::OrderScenario;

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // Killed by S2: the ledger believes that nothing can be there, and asks nobody. It takes an error that is never
    // followed by an answer.
    Mutant {
        name: "an_unknown_end_is_taken_for_nothing",
        layer: Layer::Step,
        told: "external_inventory_sync answers Transient whatever the error",
        setup: || one_order(|parts| syncing(parts, everything_is_transient)),
    },
    // Killed by S2 and S5, by `frozen` or `late`: a request arrives after the provider was asked.
    Mutant {
        name: "not_found_is_taken_for_proof",
        layer: Layer::Step,
        told: "revert_inventory_sync answers that nothing happened when nothing is found",
        setup: || one_order(|parts| reverting(parts, not_found_is_proof)),
    },
    // Killed by S3 and S13, and only by `down_for_a_day`.
    Mutant {
        name: "a_forgotten_key_is_relied_on",
        layer: Layer::Step,
        told: "external_inventory_sync does not ask the provider when it has forgotten the key",
        setup: || one_order(|parts| syncing(parts, never_asks)),
    },
    // Killed by S6 and S2.
    Mutant {
        name: "another_order_is_reverted",
        layer: Layer::Step,
        told: "revert_inventory_sync names another order than its own",
        setup: || one_order(|parts| reverting(parts, another_order)),
    },
    // Killed by S6 alone: there is nothing that could be taken back.
    Mutant {
        name: "the_neighbours_sale_is_reverted_too",
        layer: Layer::Step,
        told: "revert_inventory_sync reverts its own sale, and then that of the order before",
        setup: || one_order(|parts| reverting(parts, the_neighbours_too)),
    },
    // Killed by S3 and S12, by whatever starts the process again: within one process the key is stable.
    Mutant {
        name: "a_key_for_each_process",
        layer: Layer::Step,
        told: "external_inventory_sync makes its key with a number that each process has of its own",
        setup: || {
            one_order(|parts| {
                let (process, inventory) = (parts.store.commit_sequence(), parts.inventory.clone());
                let real = ExternalInventorySync::new(inventory.clone());
                let sync = Altered::executing(real, (inventory, process), |step, ctx, input| {
                    Box::pin(async move {
                        let (inventory, process) = &step.with;
                        let limit = ctx.call_limit()?.min(inventory.contract().call_limit());
                        let call = Call { key: ctx.key(&format!("sync-{process}")), limit };
                        let request = SyncRequest { reference: ctx.saga().to_string(), lines: input.lines };
                        let receipt = inventory.sync(&call, &request).await;
                        let receipt = receipt.map_err(|error| of_effect(&error))?;
                        Ok(SyncOutput { receipt: receipt.id })
                    })
                });
                with_sync(parts, sync)
            })
        },
    },
    // Killed with no fault, where there are two orders.
    Mutant {
        name: "the_key_is_the_same_for_every_order",
        layer: Layer::Step,
        told: "external_inventory_sync leaves the saga out of its key",
        setup: || {
            let saga = |parts| syncing(parts, the_same_key);
            Setup::new(Arc::new(OrderScenario::side_by_side().with_saga(saga)))
        },
    },
    // Killed by S2 alone, with no fault.
    Mutant {
        name: "a_sync_that_is_only_promised",
        layer: Layer::Step,
        told: "external_inventory_sync answers that it is done, and asks nobody",
        setup: || {
            one_order(|parts| {
                syncing(parts, |_, _, _| Box::pin(async { Ok(SyncOutput { receipt: "later".into() }) }))
            })
        },
    },
];

/// Records the sale under the key of `purpose`; once that may be forgotten, it looks for the sale first, as the real step
/// does.
pub(super) async fn sync_once(
    inventory: &dyn Inventory,
    ctx: &StepCtx,
    input: SyncInput,
    purpose: &str,
) -> Result<Result<SyncOutput, ProviderError>, StepError> {
    let contract = inventory.contract();
    let limit = ctx.call_limit()?.min(contract.call_limit());
    let reference = ctx.saga().as_str();
    if ctx.effect_possible() && !contract.remembers(ctx.age()) {
        let found = inventory.find(limit, reference).await;
        let found = found.map_err(|error| StepError::Transient(error.to_string()))?;
        if let Some(receipt) = found {
            return Ok(Ok(SyncOutput { receipt: receipt.id }));
        }
    }
    let request = SyncRequest { reference: reference.to_owned(), lines: input.lines };
    let limit = ctx.call_limit()?.min(contract.call_limit());
    let done = inventory.sync(&Call { key: ctx.key(purpose), limit }, &request).await;
    Ok(done.map(|receipt| SyncOutput { receipt: receipt.id }))
}

/// A call as the real step makes it.
fn call(step: &Syncing, ctx: &StepCtx, purpose: &str) -> Result<Call, StepError> {
    let limit = ctx.call_limit()?.min(step.with.contract().call_limit());
    Ok(Call { key: ctx.key(purpose), limit })
}

fn everything_is_transient<'a>(
    step: &'a Syncing,
    ctx: &'a StepCtx,
    input: SyncInput,
) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        let done = step.real.execute(ctx, input).await;
        done.map_err(|error| StepError::Transient(error.reason().to_owned()))
    })
}

fn never_asks<'a>(step: &'a Syncing, ctx: &'a StepCtx, input: SyncInput) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        let request = SyncRequest { reference: ctx.saga().to_string(), lines: input.lines };
        let receipt = step.with.sync(&call(step, ctx, "sync")?, &request).await;
        Ok(SyncOutput { receipt: receipt.map_err(|error| of_effect(&error))?.id })
    })
}

fn not_found_is_proof<'a>(
    step: &'a Syncing,
    ctx: &'a StepCtx,
    input: SyncInput,
    output: Option<SyncOutput>,
) -> Doing<'a, Compensated> {
    Box::pin(async move {
        Ok(match step.real.compensate(ctx, input, output).await? {
            Compensated::NothingFound => Compensated::NothingHappened,
            other @ (Compensated::Undone | Compensated::NothingHappened) => other,
        })
    })
}

fn the_same_key<'a>(step: &'a Syncing, ctx: &'a StepCtx, input: SyncInput) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        let every: SagaId = "every-order".parse().expect("it is a saga's id");
        let key = IdempotencyKey::derive(DeploymentId::fixed(1), &every, "external_inventory_sync", "sync");
        let request = SyncRequest { reference: ctx.saga().to_string(), lines: input.lines };
        let receipt = step.with.sync(&Call { key, ..call(step, ctx, "sync")? }, &request).await;
        Ok(SyncOutput { receipt: receipt.map_err(|error| of_effect(&error))?.id })
    })
}

fn the_neighbours_too<'a>(
    step: &'a Syncing,
    ctx: &'a StepCtx,
    input: SyncInput,
    output: Option<SyncOutput>,
) -> Doing<'a, Compensated> {
    Box::pin(async move {
        let compensated = step.real.compensate(ctx, input, output).await?;
        // Whatever becomes of that.
        drop(step.with.revert(&call(step, ctx, "revert-before")?, "order-0").await);
        Ok(compensated)
    })
}

fn another_order<'a>(
    step: &'a Syncing,
    ctx: &'a StepCtx,
    _: SyncInput,
    _: Option<SyncOutput>,
) -> Doing<'a, Compensated> {
    Box::pin(async move {
        let reference = format!("{}0", ctx.saga());
        let reverted = step.with.revert(&call(step, ctx, "revert")?, &reference).await;
        Ok(match reverted.map_err(|error| of_effect(&error))? {
            Reverted::NothingFound => Compensated::NothingFound,
            Reverted::Reverted | Reverted::AlreadyReverted => Compensated::Undone,
        })
    })
}
