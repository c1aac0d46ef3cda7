//! Idempotency keys: the same effect, asked for again, has the same key.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::SagaId;

/// Minted once in a database, so that staging and yesterday's data directory never share a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeploymentId(Uuid);

impl DeploymentId {
    /// An id that nobody else has.
    pub fn mint() -> Self {
        Self(Uuid::new_v4())
    }

    /// A fixed id, for simulations that must be repeatable.
    pub const fn fixed(bits: u128) -> Self {
        Self(Uuid::from_u128(bits))
    }
}

impl std::str::FromStr for DeploymentId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text).map(Self)
    }
}

impl fmt::Display for DeploymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for DeploymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a provider recognises a repeated request by: a UUID of version 5, 36 characters.
///
/// Derived from deployment, saga, step and purpose; never from a clock, a random number or the attempt.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdempotencyKey(Uuid);

impl IdempotencyKey {
    /// The key of `purpose` in one step of one saga.
    pub fn derive(deployment: DeploymentId, saga: &SagaId, step: &str, purpose: &str) -> Self {
        // '/' cannot occur in a saga id, and step names are snake_case: no two tuples share a text.
        Self(Uuid::new_v5(&deployment.0, format!("{saga}/{step}/{purpose}").as_bytes()))
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_pinned_and_depends_on_every_part() {
        let saga: SagaId = "order-1".parse().unwrap();
        let other: SagaId = "order-2".parse().unwrap();
        let key = |deployment, saga, step, purpose| {
            IdempotencyKey::derive(DeploymentId::fixed(deployment), saga, step, purpose).to_string()
        };
        let first = key(1, &saga, "charge", "capture");
        // Byte-stable across releases: a changed derivation would charge twice after an upgrade.
        assert_eq!(first, "51855337-9d08-5d4e-ad18-a0c1065682a1");
        for changed in [
            key(2, &saga, "charge", "capture"),
            key(1, &other, "charge", "capture"),
            key(1, &saga, "notify", "capture"),
            key(1, &saga, "charge", "refund"),
        ] {
            assert_ne!(first, changed);
        }
    }
}
