//! One line of the books.

use std::fmt;

use amends_types::{IdempotencyKey, Money, Sha256Hex, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ProviderKind;

/// One effect that happened, and never changes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its place among all entries of these books, from 1.
    pub seq: u64,
    /// What happened.
    #[serde(flatten)]
    pub body: NewEntry,
}

/// An effect about to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewEntry {
    /// When it happened.
    pub at: Timestamp,
    /// At whom.
    pub provider: ProviderKind,
    /// The merchant's reference.
    pub reference: String,
    /// What.
    pub effect: EffectKind,
    /// The key of the call that caused it.
    pub key: IdempotencyKey,
    /// The digest of that call's body.
    pub body_sha256: Sha256Hex,
    /// The id of the provider's object: payment, sync or message.
    pub object: String,
    /// The money it is about, for payments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The test scenario that the object follows, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
}

impl std::ops::Deref for Entry {
    type Target = NewEntry;
    fn deref(&self) -> &NewEntry {
        &self.body
    }
}

impl Entry {
    /// Where this entry stands when entries are read by reference.
    pub fn position(&self) -> Position {
        Position { reference: self.reference.clone(), seq: self.seq }
    }
}

/// A place among the entries ordered by reference (as bytes), then seq.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The reference.
    pub reference: String,
    /// The entry's seq.
    pub seq: u64,
}

/// What can happen at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// A payment object was made; no money moved.
    Prepared,
    /// Money was taken.
    Captured,
    /// A payment was cancelled before money was taken.
    Canceled,
    /// Money was given back.
    Refunded,
    /// A part of a sale was recorded.
    PartlySynced,
    /// A sale was recorded as a whole: at once, or by the rest of it.
    Synced,
    /// A recorded sale was taken back.
    Reverted,
    /// A confirmation was sent.
    Sent,
    /// A correction was sent.
    CorrectionSent,
}

impl EffectKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Prepared,
        Self::Captured,
        Self::Canceled,
        Self::Refunded,
        Self::PartlySynced,
        Self::Synced,
        Self::Reverted,
        Self::Sent,
        Self::CorrectionSent,
    ];

    /// The name, as the books write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Captured => "captured",
            Self::Canceled => "canceled",
            Self::Refunded => "refunded",
            Self::PartlySynced => "partly_synced",
            Self::Synced => "synced",
            Self::Reverted => "reverted",
            Self::Sent => "sent",
            Self::CorrectionSent => "correction_sent",
        }
    }
}

impl fmt::Display for EffectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
