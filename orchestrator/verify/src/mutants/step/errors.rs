//! Steps that make too much, or too little, of an error of their provider. Each takes one kind of error for what it is
//! not, so each is killed by the one fault that makes this error and is what the step does not expect.

use amends_adapters::ProviderError;
use amends_adapters::inventory::SyncRequest;
use amends_adapters::payment::PaymentId;
use amends_saga::{Compensated, StepCtx, StepError};
use amends_workers::{ChargeInput, ChargeOutput, SyncInput, SyncOutput};

use super::altered::{Charging, Doing, Syncing, charging, count, of_effect, one_order, refunding, syncing};
use super::charge::{capture, payment, prepare, reverse};
use super::sync::call;
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
    // Killed by S2, and only by `reply_lost`: the repeat is answered with the capture that was taken back.
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
    // Killed by S2, and only by `declined`.
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
        let failed = ctx.object("failed").unwrap_or("0");
        let purpose = |purpose: &str| format!("{purpose}-{}", u8::from(failed == "3"));
        let id = prepare(step, ctx, &input, &purpose("prepare")).await?;
        ctx.record_object("payment", id.as_str()).await?;
        let captured = capture(step, ctx, &id, input.amount, &purpose("capture")).await?;
        if captured.as_ref().is_err_and(is_server_error) && failed != "3" {
            count(ctx, "failed").await?;
        }
        captured.map_err(|error| of_effect(&error))
    })
}

fn another_key<'a>(step: &'a Syncing, ctx: &'a StepCtx, input: SyncInput) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        let purpose = if ctx.object("lost") == Some("3") { "sync-again" } else { "sync" };
        let request = SyncRequest { reference: ctx.saga().to_string(), lines: input.lines };
        match step.with.sync(&call(step, ctx, purpose)?, &request).await {
            Ok(receipt) => Ok(SyncOutput { receipt: receipt.id }),
            Err(error) => {
                if error == ProviderError::Interrupted && purpose == "sync" {
                    count(ctx, "lost").await?;
                }
                Err(of_effect(&error))
            }
        }
    })
}

fn done_without<'a>(step: &'a Syncing, ctx: &'a StepCtx, input: SyncInput) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        let request = SyncRequest { reference: ctx.saga().to_string(), lines: input.lines };
        match step.with.sync(&call(step, ctx, "sync")?, &request).await {
            Ok(receipt) => Ok(SyncOutput { receipt: receipt.id }),
            Err(error @ ProviderError::Unavailable { .. }) => match count(ctx, "refused").await? {
                3.. => Ok(SyncOutput { receipt: "by hand".into() }),
                _ => Err(of_effect(&error)),
            },
            Err(error) => Err(of_effect(&error)),
        }
    })
}

fn any_record<'a>(step: &'a Syncing, ctx: &'a StepCtx, input: SyncInput) -> Doing<'a, SyncOutput> {
    Box::pin(async move {
        let reference = ctx.saga().as_str();
        let request = SyncRequest { reference: reference.to_owned(), lines: input.lines };
        let error = match step.with.sync(&call(step, ctx, "sync")?, &request).await {
            Ok(receipt) => return Ok(SyncOutput { receipt: receipt.id }),
            Err(error) if is_server_error(&error) => error,
            Err(error) => return Err(of_effect(&error)),
        };
        match step.with.find(ctx.call_limit()?, reference).await {
            Ok(Some(receipt)) => Ok(SyncOutput { receipt: receipt.id }),
            Err(ProviderError::WrongState { state }) => Ok(SyncOutput { receipt: state.to_string() }),
            Ok(None) | Err(_) => Err(of_effect(&error)),
        }
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
