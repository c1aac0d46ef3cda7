//! How the sandbox decides on payments: a payment is prepared, then captured or cancelled, and refunded once.

use amends_types::Money;
use serde::{Deserialize, Serialize};

use super::test_method::TestMethod;
use crate::books::{EffectKind, Entry};
use crate::sandbox::{Ask, Draft, Operation, Ruling, Scenario, Unchanged, latest_of};
use crate::{ProviderError, ProviderKind};

/// A request to the sandbox's payment provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PaymentAsk {
    Prepare { method: String, amount: Money },
    Capture { payment: String, amount: Money },
    Reverse { payment: String },
}

impl Ask for PaymentAsk {
    const PROVIDER: ProviderKind = ProviderKind::Payment;
    const OBJECT_PREFIX: &'static str = "pi";

    fn operation(&self) -> Operation {
        match self {
            Self::Prepare { .. } => Operation::Prepare,
            Self::Capture { .. } => Operation::Capture,
            Self::Reverse { .. } => Operation::Reverse,
        }
    }

    fn scenario(&self, history: &[Entry]) -> Scenario {
        let (method, amount) = match self {
            Self::Prepare { method, amount } => match TestMethod::named(method) {
                None => return Scenario::Invalid("no_such_payment_method"),
                Some(method) => (method, *amount),
            },
            Self::Capture { payment, .. } | Self::Reverse { payment } => match prepared(history, payment) {
                None => return Scenario::Plain,
                Some(prepared) => prepared,
            },
        };
        method.scenario(self.operation(), amount)
    }

    fn decide(&self, history: &[Entry]) -> Result<Ruling, ProviderError> {
        match self {
            Self::Prepare { amount, .. } if amount.minor < 0 => {
                Err(ProviderError::invalid("negative_amount"))
            }
            Self::Prepare { method, amount } => Ok(Ruling::Enter(Draft {
                effect: EffectKind::Prepared,
                object: None,
                amount: Some(*amount),
                scenario: Some(method.clone()),
            })),
            Self::Capture { payment, amount } => capture(history, payment, *amount),
            Self::Reverse { payment } => reverse(history, payment),
        }
    }
}

fn capture(history: &[Entry], payment: &str, amount: Money) -> Result<Ruling, ProviderError> {
    let latest = latest_of(history, payment).ok_or(ProviderError::NotFound)?;
    if latest.effect != EffectKind::Prepared {
        return Err(ProviderError::wrong_state(latest.effect.as_str()));
    }
    if latest.amount != Some(amount) {
        return Err(ProviderError::invalid("amount_differs_from_prepared"));
    }
    Ok(enter(EffectKind::Captured, latest))
}

fn reverse(history: &[Entry], payment: &str) -> Result<Ruling, ProviderError> {
    let latest = latest_of(history, payment).ok_or(ProviderError::NotFound)?;
    match latest.effect {
        EffectKind::Prepared => Ok(enter(EffectKind::Canceled, latest)),
        EffectKind::Captured => match prepared(history, payment) {
            Some((TestMethod::RefundFails, _)) => Err(ProviderError::declined("refund_failed")),
            _ => Ok(enter(EffectKind::Refunded, latest)),
        },
        EffectKind::Canceled | EffectKind::Refunded => Ok(Ruling::Leave(Unchanged::AlreadyUndone)),
        EffectKind::PartlySynced
        | EffectKind::Synced
        | EffectKind::Reverted
        | EffectKind::Sent
        | EffectKind::CorrectionSent => {
            unreachable!("a payment has entries of payments only")
        }
    }
}

/// The next state of the object that `latest` is about, with the same amount.
fn enter(effect: EffectKind, latest: &Entry) -> Ruling {
    Ruling::Enter(Draft {
        effect,
        object: Some(latest.object.clone()),
        amount: latest.amount,
        scenario: None,
    })
}

/// How a payment was prepared.
fn prepared(history: &[Entry], payment: &str) -> Option<(TestMethod, Money)> {
    let entry = history.iter().find(|entry| entry.object == payment)?;
    Some((TestMethod::named(entry.scenario.as_deref()?)?, entry.amount?))
}
