//! Effects as the books show them, told by step and direction.

use amends_adapters::books::{EffectKind, Entry};
use amends_types::{Money, Timestamp};

/// Whether an effect is the step's own or takes it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The step's effect.
    Applied,
    /// Its undo.
    Reversed,
    /// Neither: an object without effect was made or closed, or a part is in the whole that followed it.
    Neutral,
}

/// One effect at a provider, or in our own database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookEffect {
    /// Whose effect it is.
    pub step: &'static str,
    /// In which direction.
    pub direction: Direction,
    /// What the books call it.
    pub name: &'static str,
    /// The provider's object that it happened to; none for effects in our own database.
    pub object: Option<String>,
    /// When it happened; none for effects in our own database.
    pub at: Option<Timestamp>,
    /// The order in which it happened, among the effects of the same books.
    pub sequence: u64,
    /// The money that moved.
    pub amount: Option<Money>,
    /// The request's idempotency key and body fingerprint; none for effects in our own database.
    pub request: Option<(String, String)>,
    /// What it is in the sandbox's books; none for an effect that is not in them. What other books call an effect says
    /// nothing about it.
    pub kind: Option<EffectKind>,
}

impl BookEffect {
    /// The effect that an entry of the providers' books shows.
    pub fn of_entry(entry: &Entry) -> Self {
        let (step, direction) = match entry.effect {
            EffectKind::Prepared | EffectKind::Canceled => ("charge", Direction::Neutral),
            EffectKind::Captured => ("charge", Direction::Applied),
            EffectKind::Refunded => ("charge", Direction::Reversed),
            EffectKind::Sent => ("notify", Direction::Applied),
            EffectKind::CorrectionSent => ("notify", Direction::Reversed),
            EffectKind::PartlySynced | EffectKind::Synced => ("external_inventory_sync", Direction::Applied),
            EffectKind::Reverted => ("external_inventory_sync", Direction::Reversed),
        };
        Self {
            step,
            direction,
            name: entry.effect.as_str(),
            object: Some(entry.object.clone()),
            at: Some(entry.at),
            sequence: entry.seq,
            amount: entry.amount,
            request: Some((entry.key.to_string(), entry.body_sha256.to_string())),
            kind: Some(entry.effect),
        }
    }

    /// Whether this is a notice. Mail cannot promise to arrive once, nor before what was sent after it; everything
    /// else can.
    pub fn is_notice(&self) -> bool {
        matches!(self.kind, Some(EffectKind::Sent | EffectKind::CorrectionSent))
    }

    /// Whether this is only a part of the step's effect. It becomes [`Direction::Neutral`] once the whole is there.
    pub fn is_part(&self) -> bool {
        self.kind == Some(EffectKind::PartlySynced)
    }

    /// An effect in our own database.
    pub(crate) const fn local(step: &'static str, direction: Direction, name: &'static str) -> Self {
        Self {
            step,
            direction,
            name,
            object: None,
            at: None,
            sequence: 0,
            amount: None,
            request: None,
            kind: None,
        }
    }
}
