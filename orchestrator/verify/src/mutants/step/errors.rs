//! Steps that make too much, or too little, of an error of their provider. Each takes one kind of error for what it is
//! not, so each is killed by the one fault that makes this error and is what the step does not expect.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use amends_adapters::ProviderError;
use amends_adapters::inventory::Inventory;
use amends_adapters::payment::PaymentId;
use amends_saga::{Compensated, SagaStep, StepCtx, StepError};
use amends_workers::{ChargeInput, ChargeOutput, ExternalInventorySync, SyncInput, SyncOutput};

use super::altered::{
    Altered, Charging, Doing, Syncing, charging, count, of_effect, one_order, refunding, syncing, with_sync,
};
use super::charge::{capture, payment, prepare, reverse};
use super::sync::sync_once;
use crate::mutants::{Layer, Mutant};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // Killed by S5, and only by `late`.
    Mutant {
        name: "a_time_limit_is_taken_for_a_no",
        layer: Layer::Step,
        told: "charge answers Rejected when the capture times out",
        setup: || one_order(|parts| charging(parts, timed_out_is_rejected)),
    },
    // Killed by S2, and only by `request_lost`.
    Mutant {
        name: "no_answer_is_taken_for_a_yes",
        layer: Layer::Step,
        told: "charge answers that it is done when the connection ends before the answer",
        setup: || one_order(|parts| charging(parts, interrupted_is_done)),
    },
    // Killed by S2, where the effect was had: the repeat is answered with the capture that was taken back.
    Mutant {
        name: "a_lost_reply_is_reversed_at_once",
        layer: Layer::Step,
        told: "charge reverses the payment when the connection ends, and is then tried again",
        setup: || one_order(|parts| charging(parts, interrupted_is_reversed)),
    },
    // Killed by S2, and only by `error_after_effect`.
    Mutant {
        name: "a_server_error_is_reversed_at_once",
        layer: Layer::Step,
        told: "charge reverses the payment when the provider fails, and is then tried again",
        setup: || one_order(|parts| charging(parts, failed_is_reversed)),
    },
    // Killed by S3 and S14, and only by `cached_error`: two others of its kind are too few.
    Mutant {
        name: "another_payment_after_three_errors",
        layer: Layer::Step,
        told: "charge makes another payment when a key was answered with an error three times",
        setup: || one_order(|parts| charging(parts, another_payment)),
    },
    // Killed because the order is undone for nothing, and only by `reply_lost`: the next attempt must find the sale, and
    // what never gets a reply is undone for good reason.
    Mutant {
        name: "a_sale_that_is_there_is_anothers",
        layer: Layer::Step,
        told: "external_inventory_sync gives up when it finds a sale after it was cut off, as if it were not its own",
        setup: || {
            one_order(|parts| {
                let with = CutOff { inventory: parts.inventory.clone(), was: AtomicBool::new(false) };
                let real = ExternalInventorySync::new(parts.inventory.clone());
                with_sync(parts, Altered::executing(real, with, found_is_anothers))
            })
        },
    },
    // Killed by S2, and only by `worker_hangs`: who stands still for a while does it late, and of who died one hears.
    Mutant {
        name: "who_hangs_has_done_it",
        layer: Layer::Step,
        told: "external_inventory_sync is done when the attempt before it did not come back in its state's time",
        setup: || one_order(|parts| syncing(parts, hung_is_done)),
    },
    // Killed by S3, and only by `silent`.
    Mutant {
        name: "another_key_after_three_silences",
        layer: Layer::Step,
        told: "external_inventory_sync takes another key when three replies were lost",
        setup: || one_order(|parts| syncing(parts, another_key)),
    },
    // Killed by S2, and only by `down`: two refusals are too few.
    Mutant {
        name: "a_provider_that_is_down_is_done_without",
        layer: Layer::Step,
        told: "external_inventory_sync answers that it is done when it was refused three times",
        setup: || one_order(|parts| syncing(parts, done_without)),
    },
    // Killed by S2, and only by `partial`.
    Mutant {
        name: "any_record_is_taken_for_the_sale",
        layer: Layer::Step,
        told: "external_inventory_sync is done when the provider failed and then knows of anything",
        setup: || one_order(|parts| syncing(parts, any_record)),
    },
    // These two are killed by S2, and only by `declined`.
    Mutant {
        name: "a_decline_is_taken_for_a_yes",
        layer: Layer::Step,
        told: "charge answers that it is done when the capture is declined",
        setup: || one_order(|parts| charging(parts, declined_is_done)),
    },
    Mutant {
        name: "a_declined_refund_is_taken_for_done",
        layer: Layer::Step,
        told: "refund believes that a payment which cannot be reversed was reversed before",
        setup: || one_order(|parts| refunding(parts, declined_is_undone)),
    },
];

fn timed_out_is_rejected<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    input: ChargeInput,
) -> Doing<'a, ChargeOutput> {
    Box::pin(async move {
        let id = payment(step, ctx, &input).await?;
        let captured = capture(step, ctx, &id, input.amount, "capture").await?;
        captured.map_err(|error| match error {
            ProviderError::TimedOut => StepError::Rejected("the provider does not answer".into()),
            other => of_effect(&other),
        })
    })
}

fn interrupted_is_done<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    input: ChargeInput,
) -> Doing<'a, ChargeOutput> {
    Box::pin(async move {
        let id = payment(step, ctx, &input).await?;
        match capture(step, ctx, &id, input.amount, "capture").await? {
            Err(ProviderError::Interrupted) => Ok(ChargeOutput { payment: Some(id), captured: input.amount }),
            captured => captured.map_err(|error| of_effect(&error)),
        }
    })
}

fn interrupted_is_reversed<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    input: ChargeInput,
) -> Doing<'a, ChargeOutput> {
    Box::pin(reversed_after(step, ctx, input, |error| *error == ProviderError::Interrupted))
}

fn failed_is_reversed<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    input: ChargeInput,
) -> Doing<'a, ChargeOutput> {
    Box::pin(reversed_after(step, ctx, input, is_server_error))
}

/// Reverses the payment at once if its capture ended in such an error.
async fn reversed_after(
    step: &Charging,
    ctx: &StepCtx,
    input: ChargeInput,
    such: fn(&ProviderError) -> bool,
) -> Result<ChargeOutput, StepError> {
    let id = payment(step, ctx, &input).await?;
    let captured = capture(step, ctx, &id, input.amount, "capture").await?;
    if captured.as_ref().is_err_and(such) {
        // Whatever becomes of it, the next attempt will see.
        drop(reverse(step, ctx, &id).await);
    }
    captured.map_err(|error| of_effect(&error))
}

fn another_payment<'a>(step: &'a Charging, ctx: &'a StepCtx, input: ChargeInput) -> Doing<'a, ChargeOutput> {
    Box::pin(async move {
        if ctx.object("failed") == Some("3") {
            let id = prepare(step, ctx, &input, "prepare-another").await?;
            ctx.record_object("payment", id.as_str()).await?;
            let captured = capture(step, ctx, &id, input.amount, "capture-another").await?;
            return captured.map_err(|error| of_effect(&error));
        }
        let id = payment(step, ctx, &input).await?;
        let captured = capture(step, ctx, &id, input.amount, "capture").await?;
        if captured.as_ref().is_err_and(is_server_error) {
            count(ctx, "failed").await?;
        }
        captured.map_err(|error| of_effect(&error))
    })
}

fn hung_is_done<'a>(step: &'a Syncing, ctx: &'a StepCtx, input: SyncInput) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        let hung = Duration::from_secs(40)..Duration::from_secs(60 * 60);
        if ctx.effect_possible() && hung.contains(&ctx.age()) {
            return Ok(SyncOutput { receipt: "of the attempt before".into() });
        }
        step.real.execute(ctx, input).await
    })
}

fn another_key<'a>(step: &'a Syncing, ctx: &'a StepCtx, input: SyncInput) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        let purpose = if ctx.object("lost") == Some("3") { "sync-again" } else { "sync" };
        let done = sync_once(&*step.with, ctx, input, purpose).await?;
        if done == Err(ProviderError::Interrupted) && purpose == "sync" {
            count(ctx, "lost").await?;
        }
        done.map_err(|error| of_effect(&error))
    })
}

fn done_without<'a>(step: &'a Syncing, ctx: &'a StepCtx, input: SyncInput) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        match sync_once(&*step.with, ctx, input, "sync").await? {
            Err(error @ ProviderError::Unavailable { .. }) => match count(ctx, "refused").await? {
                3.. => Ok(SyncOutput { receipt: "by hand".into() }),
                _ => Err(of_effect(&error)),
            },
            done => done.map_err(|error| of_effect(&error)),
        }
    })
}

fn any_record<'a>(step: &'a Syncing, ctx: &'a StepCtx, input: SyncInput) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        let error = match sync_once(&*step.with, ctx, input, "sync").await? {
            Err(error) if is_server_error(&error) => error,
            done => return done.map_err(|error| of_effect(&error)),
        };
        match step.with.find(ctx.call_limit()?, ctx.saga().as_str()).await {
            Ok(Some(receipt)) => Ok(SyncOutput { receipt: receipt.id }),
            Err(ProviderError::WrongState { state }) => Ok(SyncOutput { receipt: state.to_string() }),
            Ok(None) | Err(_) => Err(of_effect(&error)),
        }
    })
}

fn declined_is_done<'a>(step: &'a Charging, ctx: &'a StepCtx, input: ChargeInput) -> Doing<'a, ChargeOutput> {
    Box::pin(async move {
        let id = payment(step, ctx, &input).await?;
        match capture(step, ctx, &id, input.amount, "capture").await? {
            Err(ProviderError::Declined { .. }) => {
                Ok(ChargeOutput { payment: Some(id), captured: input.amount })
            }
            captured => captured.map_err(|error| of_effect(&error)),
        }
    })
}

/// What a process remembers of the attempt before.
struct CutOff {
    inventory: Arc<dyn Inventory>,
    was: AtomicBool,
}

fn found_is_anothers<'a>(
    step: &'a Altered<ExternalInventorySync, CutOff>,
    ctx: &'a StepCtx,
    input: SyncInput,
) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        let CutOff { inventory, was } = &step.with;
        if was.swap(false, Ordering::Relaxed)
            && let Ok(Some(_)) = inventory.find(ctx.call_limit()?, ctx.saga().as_str()).await
        {
            return Err(StepError::Rejected("somebody has recorded this sale already".into()));
        }
        let done = sync_once(&**inventory, ctx, input, "sync").await?;
        was.store(done == Err(ProviderError::Interrupted), Ordering::Relaxed);
        done.map_err(|error| of_effect(&error))
    })
}

fn declined_is_undone<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    _: ChargeInput,
    _: Option<ChargeOutput>,
) -> Doing<'a, Compensated> {
    Box::pin(async move {
        let Some(id) = ctx.object("payment") else { return Ok(Compensated::NothingHappened) };
        match reverse(step, ctx, &PaymentId::new(id)).await? {
            Err(ProviderError::Declined { .. }) => Ok(Compensated::Undone),
            reversed => reversed.map_err(|error| of_effect(&error)),
        }
    })
}

fn is_server_error(error: &ProviderError) -> bool {
    matches!(error, ProviderError::ServerError { .. })
}
