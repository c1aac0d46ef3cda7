//! What every call that may change something carries.

use std::time::Duration;

use amends_types::IdempotencyKey;

/// The key that the provider knows a repeat by, and how long this attempt may take.
///
/// Both are chosen by the caller: an adapter that minted its own key would charge twice after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The same effect, asked for again, has the same key.
    pub key: IdempotencyKey,
    /// The call answers within this time; past it, [`ProviderError::TimedOut`](crate::ProviderError::TimedOut).
    pub limit: Duration,
}
