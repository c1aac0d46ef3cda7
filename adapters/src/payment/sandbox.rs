//! The built-in payment provider.
//!
//! It takes no real money. The payment method decides what happens; any other name is refused when the payment is
//! prepared, proven not done. "First" counts the calls of that operation for one reference, over restarts.
//!
//! | payment method | what happens |
//! |---|---|
//! | `pm_card_visa`, `pm_card_visa_debit`, `pm_card_mastercard`, `pm_card_mastercard_debit`, `pm_card_amex`, `pm_card_discover`, `pm_card_diners`, `pm_card_jcb`, `pm_card_unionpay` | all is well |
//! | `pm_card_chargeDeclined` | capture declined: `card_declined` |
//! | `pm_card_chargeDeclinedInsufficientFunds` | capture declined: `insufficient_funds` |
//! | `pm_card_chargeDeclinedExpiredCard` | capture declined: `expired_card` |
//! | `pm_card_chargeDeclinedIncorrectCvc` | capture declined: `incorrect_cvc` |
//! | `pm_card_chargeDeclinedProcessingError` | capture declined: `processing_error` |
//! | `pm_card_authenticationRequired` | capture declined: `requires_action` |
//! | `pm_sandbox_lostReply` | captured; the first reply is lost, a repeat is answered |
//! | `pm_sandbox_lostReplies` | captured; every reply to a capture is lost |
//! | `pm_sandbox_slowSuccess` | the first capture arrives after 3 s, past the limit of 2 s; until then the key is in use |
//! | `pm_sandbox_serverError` | the first two captures are answered 500, the second from the provider's cache; the first was done if the amount in minor units is even, and nothing was done if it is odd; the third succeeds |
//! | `pm_sandbox_downForAWhile` | the first two captures are refused, proven not done |
//! | `pm_sandbox_down` | every call is refused, proven not done |
//! | `pm_sandbox_refundFails` | captured; a refund is declined for ever: `refund_failed` |
//! | `pm_sandbox_refundLostReply` | captured; reversed, and the first reply to that is lost |
//! | `pm_sandbox_refundDownForAWhile` | captured; the first two reversals are refused, proven not done |

use std::sync::Arc;
use std::time::Duration;

use amends_types::{Clock, Money};
use async_trait::async_trait;
use serde_json::json;

use super::ask::PaymentAsk;
use super::{Captured, Payment, PaymentId, PaymentRequest, PaymentStatus, Reversed};
use crate::books::{Books, EffectKind, Entry};
use crate::sandbox::{Ask, Desk, FaultHook, Operation, Served, Submission, latest_of, reference_in};
use crate::{BodyRule, Call, Contract, InUse, KeyScope, Lookup, ProviderError, ProviderKind};

const CONTRACT: Contract = Contract {
    provider: "sandbox",
    key_window_seconds: Some(24 * 60 * 60),
    scope: KeyScope::Account,
    body: BodyRule::Refused,
    caches_server_errors: true,
    in_use: InUse::Answered,
    lookup: Lookup::Consistent,
    settle_seconds: 3,
    call_limit_seconds: 2,
};

/// The built-in payment provider.
#[derive(Clone)]
pub struct SandboxPayment {
    desk: Desk,
}

impl SandboxPayment {
    /// A provider that keeps these books.
    pub fn new(books: Arc<dyn Books>, clock: Arc<dyn Clock>) -> Self {
        Self { desk: Desk::new(ProviderKind::Payment, CONTRACT, books, clock) }
    }

    /// Lets `hook` choose the fault of every call.
    #[must_use]
    pub fn with_faults(mut self, hook: FaultHook) -> Self {
        self.desk.set_faults(hook);
        self
    }

    async fn on_payment(
        &self,
        call: &Call,
        payment: &PaymentId,
        ask: PaymentAsk,
    ) -> Result<Served, ProviderError> {
        let body = json!({ "ask": ask });
        self.desk.submit(call, Submission { ask, reference: reference_of(payment)?.to_owned(), body }).await
    }
}

#[async_trait]
impl Payment for SandboxPayment {
    fn contract(&self) -> Contract {
        self.desk.contract()
    }

    async fn prepare(&self, call: &Call, request: &PaymentRequest) -> Result<PaymentId, ProviderError> {
        let method = request.payment_method.expose().to_owned();
        let ask = PaymentAsk::Prepare { method, amount: request.amount };
        let body = json!({ "reference": request.reference, "ask": ask });
        let submission = Submission { ask, reference: request.reference.clone(), body };
        Ok(PaymentId::new(&entered(self.desk.submit(call, submission).await?)?.object))
    }

    async fn capture(
        &self,
        call: &Call,
        payment: &PaymentId,
        amount: Money,
    ) -> Result<Captured, ProviderError> {
        let ask = PaymentAsk::Capture { payment: payment.as_str().to_owned(), amount };
        let entry = entered(self.on_payment(call, payment, ask).await?)?;
        Ok(Captured { payment: payment.clone(), amount: amount_of(&entry)? })
    }

    async fn reverse(&self, call: &Call, payment: &PaymentId) -> Result<Reversed, ProviderError> {
        let ask = PaymentAsk::Reverse { payment: payment.as_str().to_owned() };
        match self.on_payment(call, payment, ask).await? {
            Served::Left(_) => Ok(Reversed::AlreadyReversed),
            Served::Entered(entry) if entry.effect == EffectKind::Canceled => Ok(Reversed::Canceled),
            Served::Entered(entry) => {
                let refund = payment.as_str().replacen(PaymentAsk::OBJECT_PREFIX, "re", 1);
                Ok(Reversed::Refunded { amount: amount_of(&entry)?, refund })
            }
        }
    }

    async fn status(&self, limit: Duration, payment: &PaymentId) -> Result<PaymentStatus, ProviderError> {
        let history = self.desk.look(limit, Operation::Status, reference_of(payment)?).await?;
        let latest = latest_of(&history, payment.as_str()).ok_or(ProviderError::NotFound)?;
        let amount = amount_of(latest)?;
        match latest.effect {
            EffectKind::Prepared => Ok(PaymentStatus::Prepared),
            EffectKind::Captured => Ok(PaymentStatus::Captured { amount }),
            EffectKind::Canceled => Ok(PaymentStatus::Canceled),
            EffectKind::Refunded => Ok(PaymentStatus::Refunded { amount }),
            EffectKind::PartlySynced
            | EffectKind::Synced
            | EffectKind::Reverted
            | EffectKind::Sent
            | EffectKind::CorrectionSent => Err(ProviderError::Unreadable),
        }
    }
}

/// An id that the sandbox made names its reference, so the whole history of an order is read at once.
fn reference_of(payment: &PaymentId) -> Result<&str, ProviderError> {
    reference_in(payment.as_str(), PaymentAsk::OBJECT_PREFIX).ok_or(ProviderError::NotFound)
}

fn entered(served: Served) -> Result<Box<Entry>, ProviderError> {
    match served {
        Served::Entered(entry) => Ok(entry),
        Served::Left(_) => Err(ProviderError::Unreadable),
    }
}

fn amount_of(entry: &Entry) -> Result<Money, ProviderError> {
    entry.amount.ok_or(ProviderError::Unreadable)
}

#[cfg(test)]
pub(crate) mod bench {
    use super::*;
    use crate::payment::PaymentMethod;
    use crate::payment::suite::{Balance, PaymentBench, Situation};
    use crate::sandbox::bench::Stand;
    use crate::sandbox::settle;

    pub(crate) struct SandboxBench(Stand<SandboxPayment>);

    pub(crate) async fn memory() -> SandboxBench {
        SandboxBench(Stand::on_memory(SandboxPayment::new))
    }

    pub(crate) async fn sqlite() -> SandboxBench {
        SandboxBench(Stand::on_sqlite(SandboxPayment::new))
    }

    impl PaymentBench for SandboxBench {
        fn provider(&self) -> &dyn Payment {
            &self.0.provider
        }

        fn method(&self, situation: Situation) -> PaymentMethod {
            PaymentMethod::new(match situation {
                Situation::Good => "pm_card_visa",
                Situation::Unknown => "pm_card_of_nobody",
                Situation::Declined => "pm_card_chargeDeclined",
                Situation::LostReply => "pm_sandbox_lostReply",
                Situation::SlowSuccess => "pm_sandbox_slowSuccess",
                Situation::ServerError => "pm_sandbox_serverError",
                Situation::DownForAWhile => "pm_sandbox_downForAWhile",
                Situation::RefundFails => "pm_sandbox_refundFails",
            })
        }

        fn unknown_payment(&self) -> PaymentId {
            PaymentId::new("pi_order-1_1")
        }

        async fn pass(&self, duration: Duration) {
            self.0.clock.advance(duration);
            settle(&*self.0.books, self.0.clock.now()).await.unwrap();
        }

        async fn books(&self, reference: &str) -> Balance {
            let mut balance = Balance::default();
            for entry in self.0.books.entries_of(reference).unwrap() {
                let amount = entry.amount.unwrap();
                match entry.effect {
                    EffectKind::Prepared => balance.payments += 1,
                    EffectKind::Captured => balance.captured.push(amount),
                    EffectKind::Canceled => balance.canceled += 1,
                    EffectKind::Refunded => balance.refunded.push(amount),
                    other => panic!("{other} is no effect of payments"),
                }
            }
            balance
        }
    }
}
