//! Charges that take the money wrongly, or do not give it back.

use std::sync::Arc;

use amends_adapters::payment::{Payment, PaymentId, PaymentMethod, PaymentRequest, PaymentStatus};
use amends_adapters::{Call, ProviderError};
use amends_saga::{Compensated, SagaStep, StepCtx, StepError};
use amends_types::Money;
use amends_workers::{ChargeInput, ChargeOutput};

use super::altered::{Charging, Doing, charging, of_effect, one_order, refunding};
use crate::mutants::{Layer, Mutant};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // Killed by S10 alone, with no fault.
    Mutant {
        name: "the_total_is_worked_out_anew",
        layer: Layer::Step,
        told: "charge does not take the frozen total",
        setup: || one_order(|parts| charging(parts, another_amount)),
    },
    // Killed by S3, S12 and S14: a repeat is another capture. Any lost reply will do.
    Mutant {
        name: "a_key_for_each_attempt",
        layer: Layer::Step,
        told: "charge makes its keys of the time since its first attempt, and a payment object with them",
        setup: || one_order(|parts| charging(parts, a_key_for_each_attempt)),
    },
    // Killed by S12 alone, and the next by S14 alone: what is done twice is without effect, or forbidden by the payment.
    Mutant {
        name: "a_payment_for_each_attempt",
        layer: Layer::Step,
        told: "charge makes the key of the payment object of the time since its first attempt",
        setup: || one_order(|parts| charging(parts, a_payment_for_each_attempt)),
    },
    Mutant {
        name: "a_capture_under_another_key",
        layer: Layer::Step,
        told: "charge makes the key of the capture of the time since its first attempt",
        setup: || one_order(|parts| charging(parts, a_capture_under_another_key)),
    },
    // Killed by S2: what was captured is left when the reply is lost for good.
    Mutant {
        name: "an_undo_only_after_success",
        layer: Layer::Step,
        told: "refund does nothing unless charge has reported a payment",
        setup: || one_order(|parts| refunding(parts, only_after_success)),
    },
    // These two are killed by S2: the first by whatever comes between the capture and the record.
    Mutant {
        name: "the_payment_is_recorded_too_late",
        layer: Layer::Step,
        told: "charge records the id of the payment after the capture",
        setup: || one_order(|parts| charging(parts, recorded_too_late)),
    },
    Mutant {
        name: "a_refund_that_is_only_promised",
        layer: Layer::Step,
        told: "refund answers that it is done, and does nothing",
        setup: || {
            one_order(|parts| refunding(parts, |_, _, _, _| Box::pin(async { Ok(Compensated::Undone) })))
        },
    },
    // The undo of nothing waits for a person. Killed once S2 holds a stuck saga to what is, or may be, held: nothing is
    // in the books, and no attempt is in doubt.
    Mutant {
        name: "a_refund_of_nothing_fails",
        layer: Layer::Step,
        told: "refund is rejected if there is no payment",
        setup: || one_order(|parts| refunding(parts, nothing_is_an_error)),
    },
];

fn call(step: &Charging, ctx: &StepCtx, purpose: &str) -> Result<Call, StepError> {
    let limit = ctx.call_limit()?.min(step.with.contract().call_limit());
    Ok(Call { key: ctx.key(purpose), limit })
}

/// Makes a payment object under the key of `purpose`.
pub(super) async fn prepare(
    step: &Charging,
    ctx: &StepCtx,
    input: &ChargeInput,
    purpose: &str,
) -> Result<PaymentId, StepError> {
    let request = PaymentRequest {
        reference: ctx.saga().to_string(),
        amount: input.amount,
        payment_method: PaymentMethod::new(input.payment_method.expose()),
    };
    let payment: &Arc<dyn Payment> = &step.with;
    let prepared = payment.prepare(&call(step, ctx, purpose)?, &request).await;
    prepared.map_err(|error| StepError::Transient(error.to_string()))
}

/// Captures under the key of `purpose`; once that may be forgotten, it looks whether that was done, as the real step does.
pub(super) async fn capture(
    step: &Charging,
    ctx: &StepCtx,
    payment: &PaymentId,
    amount: Money,
    purpose: &str,
) -> Result<Result<ChargeOutput, ProviderError>, StepError> {
    let contract = step.with.contract();
    let recorded = ctx.object("payment").is_some();
    if recorded && ctx.effect_possible() && !contract.remembers(ctx.age()) {
        let status = step.with.status(ctx.call_limit()?.min(contract.call_limit()), payment).await;
        if status.map_err(|error| StepError::Transient(error.to_string()))?
            == (PaymentStatus::Captured { amount })
        {
            return Ok(Ok(ChargeOutput { payment: Some(payment.clone()), captured: amount }));
        }
    }
    let captured = step.with.capture(&call(step, ctx, purpose)?, payment, amount).await;
    Ok(captured.map(|captured| ChargeOutput { payment: Some(payment.clone()), captured: captured.amount }))
}

/// Reverses, as the real step does.
pub(super) async fn reverse(
    step: &Charging,
    ctx: &StepCtx,
    payment: &PaymentId,
) -> Result<Result<Compensated, ProviderError>, StepError> {
    let reversed = step.with.reverse(&call(step, ctx, "reverse")?, payment).await;
    Ok(reversed.map(|_| Compensated::Undone))
}

/// The payment of an earlier attempt, or a new one, which is recorded.
pub(super) async fn payment(
    step: &Charging,
    ctx: &StepCtx,
    input: &ChargeInput,
) -> Result<PaymentId, StepError> {
    if let Some(id) = ctx.object("payment") {
        return Ok(PaymentId::new(id));
    }
    let id = prepare(step, ctx, input, "prepare").await?;
    ctx.record_object("payment", id.as_str()).await?;
    Ok(id)
}

fn another_amount<'a>(step: &'a Charging, ctx: &'a StepCtx, input: ChargeInput) -> Doing<'a, ChargeOutput> {
    let amount = Money { minor: input.amount.minor / 2, ..input.amount };
    Box::pin(async move { step.real.execute(ctx, ChargeInput { amount, ..input }).await })
}

fn a_key_for_each_attempt<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    input: ChargeInput,
) -> Doing<'a, ChargeOutput> {
    Box::pin(async move {
        let age = ctx.age().as_micros();
        let id = prepare(step, ctx, &input, &format!("prepare-{age}")).await?;
        ctx.record_object("payment", id.as_str()).await?;
        let captured = capture(step, ctx, &id, input.amount, &format!("capture-{age}")).await?;
        captured.map_err(|error| of_effect(&error))
    })
}

fn a_payment_for_each_attempt<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    input: ChargeInput,
) -> Doing<'a, ChargeOutput> {
    Box::pin(async move {
        let id = match ctx.object("payment") {
            Some(id) => PaymentId::new(id),
            None => {
                let id = prepare(step, ctx, &input, &format!("prepare-{}", ctx.age().as_micros())).await?;
                ctx.record_object("payment", id.as_str()).await?;
                id
            }
        };
        let captured = capture(step, ctx, &id, input.amount, "capture").await?;
        captured.map_err(|error| of_effect(&error))
    })
}

fn a_capture_under_another_key<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    input: ChargeInput,
) -> Doing<'a, ChargeOutput> {
    Box::pin(async move {
        let id = payment(step, ctx, &input).await?;
        let key = format!("capture-{}", ctx.age().as_micros());
        match capture(step, ctx, &id, input.amount, &key).await? {
            // What was captured before is as good.
            Err(ProviderError::WrongState { state }) if state.to_string() == "captured" => {
                Ok(ChargeOutput { payment: Some(id), captured: input.amount })
            }
            captured => captured.map_err(|error| of_effect(&error)),
        }
    })
}

fn recorded_too_late<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    input: ChargeInput,
) -> Doing<'a, ChargeOutput> {
    Box::pin(async move {
        let id = prepare(step, ctx, &input, "prepare").await?;
        let captured = capture(step, ctx, &id, input.amount, "capture").await?;
        ctx.record_object("payment", id.as_str()).await?;
        captured.map_err(|error| of_effect(&error))
    })
}

fn only_after_success<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    input: ChargeInput,
    output: Option<ChargeOutput>,
) -> Doing<'a, Compensated> {
    Box::pin(async move {
        if output.is_none() {
            return Ok(Compensated::NothingHappened);
        }
        step.real.compensate(ctx, input, output).await
    })
}

fn nothing_is_an_error<'a>(
    step: &'a Charging,
    ctx: &'a StepCtx,
    input: ChargeInput,
    output: Option<ChargeOutput>,
) -> Doing<'a, Compensated> {
    Box::pin(async move {
        if ctx.object("payment").is_none() {
            return Err(StepError::Rejected("there is no payment that could be refunded".into()));
        }
        step.real.compensate(ctx, input, output).await
    })
}
