//! Notices that are not sent, not the same when they are sent again, or not corrected.

use std::sync::Arc;

use amends_adapters::notification::{Notice, NoticeKind, Notification, Recipient, Sent, SentLookup};
use amends_adapters::{Call, Contract, ProviderError};
use amends_saga::{Compensated, SagaStep, StepError};
use amends_store::StoreError;
use amends_types::Personal;
use amends_workers::{Notify, NotifyOutput, order_saga};
use async_trait::async_trait;

use super::altered::{Altered, of_effect, one_order, with_notify};
use crate::mutants::{Layer, Mutant};

pub(in crate::mutants) const MUTANTS: &[Mutant] = &[
    // Killed by liveness alone: a provider refuses another text under the same key, so the notice is owed for ever.
    Mutant {
        name: "the_time_is_in_the_notice",
        layer: Layer::Step,
        told: "notify writes into the text how old the order is",
        setup: || {
            one_order(|parts| {
                let (provider, store) = (parts.notification.clone(), parts.store.clone());
                let real = Notify::new(provider.clone(), store);
                let notify = Altered::executing(real, provider, |step, ctx, input| {
                    Box::pin(async move {
                        let age = ctx.age().as_micros();
                        let notice = Notice {
                            reference: ctx.saga().to_string(),
                            kind: NoticeKind::OrderConfirmed,
                            to: Recipient { email: Personal::new("ada@example.com".to_owned()), phone: None },
                            subject: format!("Your order {}", ctx.saga()),
                            text: format!("We received {} {age} microseconds ago.\n", input.total),
                            at: ctx.first_started(),
                        };
                        let limit = ctx.call_limit()?.min(step.with.contract().call_limit());
                        let call = Call { key: ctx.key("confirmation"), limit };
                        let sent = step.with.send(&call, &notice).await.map_err(|error| of_effect(&error))?;
                        Ok(NotifyOutput { message: sent.id })
                    })
                });
                with_notify(parts, notify)
            })
        },
    },
    // Killed by S13 alone, and only by `down_for_a_day`: a notice may arrive twice, but not for this.
    Mutant {
        name: "a_forgotten_key_of_a_notice",
        layer: Layer::Step,
        told: "notify sends again when the provider has forgotten the key, although it can be asked",
        setup: || {
            one_order(|mut parts| {
                parts.notification = Arc::new(NotAsked(parts.notification));
                order_saga(parts)
            })
        },
    },
    // Killed by S2, and only by `store_unavailable`.
    Mutant {
        name: "a_customer_who_cannot_be_read_is_not_told",
        layer: Layer::Step,
        told: "notify is done when the customer cannot be read",
        setup: || {
            one_order(|parts| {
                let real = Notify::new(parts.notification.clone(), parts.store.clone());
                let notify = Altered::executing(real, Arc::clone(&parts.store), |step, ctx, input| {
                    Box::pin(async move {
                        let id = ctx.saga().clone();
                        let order: Result<_, StoreError> = step.with.query(move |tx| tx.order(&id)).await;
                        match order {
                            Ok(Some(_)) => step.real.execute(ctx, input).await,
                            Ok(None) => Err(StepError::Bug("the saga has no order".into())),
                            Err(_) => Ok(NotifyOutput { message: "nobody to tell".into() }),
                        }
                    })
                });
                with_notify(parts, notify)
            })
        },
    },
    // Killed by S2, if the notice went out and nobody heard of it.
    Mutant {
        name: "a_correction_only_of_what_was_reported",
        layer: Layer::Step,
        told: "send_correction sends nothing unless notify has reported a message",
        setup: || {
            one_order(|parts| {
                let real = Notify::new(parts.notification.clone(), parts.store.clone());
                let notify = Altered::compensating(real, (), |step, ctx, input, output| {
                    Box::pin(async move {
                        if output.is_none() {
                            return Ok(Compensated::NothingHappened);
                        }
                        step.real.compensate(ctx, input, output).await
                    })
                });
                with_notify(parts, notify)
            })
        },
    },
];

/// Notices as of a provider that cannot be asked what was sent.
struct NotAsked(Arc<dyn Notification>);

#[async_trait]
impl Notification for NotAsked {
    fn contract(&self) -> Contract {
        self.0.contract()
    }

    async fn send(&self, call: &Call, notice: &Notice) -> Result<Sent, ProviderError> {
        self.0.send(call, notice).await
    }

    fn lookup(&self) -> Option<&dyn SentLookup> {
        None
    }
}
