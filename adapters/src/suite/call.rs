//! Calls and amounts, as short as cases want them.

use amends_types::{DeploymentId, IdempotencyKey, Money};

use crate::{Call, Contract};

/// A call under the key of `purpose`, with the provider's own limit.
pub(crate) fn call(contract: Contract, purpose: &str) -> Call {
    let saga = "suite".parse().expect("a saga id");
    let key = IdempotencyKey::derive(DeploymentId::fixed(1), &saga, "suite", purpose);
    Call { key, limit: contract.call_limit() }
}

/// So many cents of a dollar.
pub(crate) fn usd(minor: i64) -> Money {
    Money { minor, currency: "USD".parse().expect("a currency") }
}
