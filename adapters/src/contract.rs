//! A provider's promises about repeated calls, as data.
//!
//! Whoever plans retries and undos reads them here instead of knowing the provider: no retry may rely on a key past
//! its window, and "not found" proves nothing before the settle time has passed.

use std::time::Duration;

/// What one provider promises about keys, repeats and lookups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contract {
    /// The provider's name, as it is registered: `sandbox`, `smtp`.
    pub provider: &'static str,
    /// How long a key is remembered; `None` means for ever. Past it a repeat is a new request.
    pub key_window_seconds: Option<u32>,
    /// Within what a key is unique.
    pub scope: KeyScope,
    /// What a known key with another body gets.
    pub body: BodyRule,
    /// Whether a 5xx answer is replayed to the same key, so that repeating it cannot help at once.
    pub caches_server_errors: bool,
    /// What a repeat gets while the first call is still at work.
    pub in_use: InUse,
    /// What a lookup proves.
    pub lookup: Lookup,
    /// How long after a call was given up its effect may still appear.
    pub settle_seconds: u32,
    /// The longest that one call is meant to take: what to pass as [`Call::limit`](crate::Call::limit).
    pub call_limit_seconds: u32,
}

/// Within what a key is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyScope {
    /// The whole account: no two requests of any kind may share a key.
    Account,
    /// One operation: capture and refund may share a key.
    Operation,
    /// The provider has no keys: every repeat is done again.
    NoKeys,
}

/// What a known key with another body gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyRule {
    /// [`ProviderError::KeyReused`](crate::ProviderError::KeyReused).
    Refused,
    /// The first answer again, whatever the body says.
    Ignored,
}

/// What a repeat gets while the first call is still at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InUse {
    /// [`ProviderError::KeyInUse`](crate::ProviderError::KeyInUse).
    Answered,
    /// It waits for the first and gets the same answer.
    Waits,
    /// It may be done a second time.
    Races,
}

/// What a lookup proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// It sees every effect that was answered, and any other once the settle time has passed.
    Consistent,
    /// It may miss even an answered effect until the settle time has passed.
    Lagging,
    /// There is none.
    Absent,
}

impl Contract {
    /// How long after a call was given up its effect may still appear.
    pub const fn settle(&self) -> Duration {
        Duration::from_secs(self.settle_seconds as u64)
    }

    /// The limit to give one call.
    pub const fn call_limit(&self) -> Duration {
        Duration::from_secs(self.call_limit_seconds as u64)
    }

    /// Whether a key first used `age` ago is still remembered.
    pub fn remembers(&self, age: Duration) -> bool {
        match (self.scope, self.key_window_seconds) {
            (KeyScope::NoKeys, _) => false,
            (KeyScope::Account | KeyScope::Operation, None) => true,
            (KeyScope::Account | KeyScope::Operation, Some(seconds)) => {
                age < Duration::from_secs(u64::from(seconds))
            }
        }
    }
}
