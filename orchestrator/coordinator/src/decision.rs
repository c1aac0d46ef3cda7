//! A decision of a person, or of a program that acts for one: who, and why.

use amends_store::{AuditAction, NewAuditRow};
use amends_types::SagaId;
use serde_json::Value;

/// How much of a name is kept.
const MOST_ACTOR_BYTES: usize = 128;
/// How much of a reason is kept.
const MOST_WHY_BYTES: usize = 1024;

/// Who decided something, and why. No personal data but the name of whoever decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub(crate) actor: String,
    pub(crate) why: String,
}

impl Decision {
    /// A decision; a name past 128 bytes and a reason past 1 KiB are cut off.
    pub fn new(actor: &str, why: &str) -> Self {
        let cut = |text: &str, most| text[..text.floor_char_boundary(most)].to_owned();
        Self { actor: cut(actor, MOST_ACTOR_BYTES), why: cut(why, MOST_WHY_BYTES) }
    }

    /// Who decided.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// As the audit log keeps it.
    pub fn record(&self, action: AuditAction, saga: Option<&SagaId>) -> NewAuditRow {
        NewAuditRow {
            actor: self.actor.clone(),
            action,
            saga: saga.cloned(),
            step: None,
            why: self.why.clone(),
            detail: Value::Null,
        }
    }
}
